using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Errors;
using MultiModalMesh.Gateway.Authentication;
using MultiModalMesh.Gateway.Images;
using MultiModalMesh.Gateway.Telemetry;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Vision.V1;
using MultiModalMesh.Workers;

namespace MultiModalMesh.Gateway.Chat;

/// <summary>Chats without a dialogue of ours, and raw prompts: the client brings all of it each time.</summary>
internal sealed class ChatDesk(WorkerPool workers, ImageLibrary images, GatewayTelemetry telemetry)
{
    // Of a raw prompt, enough to tell one shared beginning from another.
    private const int SharedCharacters = 256;
    private const int SharedTokens = 64;

    /// <summary>Streams the answer: once <see cref="ChatEvent.Started"/>, then deltas, then <see cref="ChatEvent.Ended"/>.</summary>
    /// <remarks>
    /// A decoder that goes away is replaced; the reader sees one text. Leaving the enumeration cancels the decoder.
    /// </remarks>
    public async IAsyncEnumerable<ChatEvent> GenerateAsync(
        Caller caller, ChatRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var operation = telemetry.Chat(request);
        var generate = await ToDecoderAsync(caller, request, cancellationToken);
        var route = new RouteRequest { Capability = request.Prompt is null ? Capabilities.Chat : Capabilities.Completion, Model = request.Model, AffinityKey = AffinityOf(caller, generate) };
        await using var responses = workers.GenerateAsync(route, generate, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var started = false;
        while (true)
        {
            GenerateResponse response;
            try
            {
                response = await responses.MoveNextAsync()
                    ? responses.Current
                    : throw new MeshException(ErrorReason.PeerUnavailable, "The decoder ended its answer without saying how.");
            }
            catch (MeshException error)
            {
                operation.Failed(error);
                throw Translate(error, request);
            }
            catch (Exception error)
            {
                operation.Failed(error);
                throw;
            }

            switch (response.EventCase)
            {
                // It comes again where another decoder took over.
                case GenerateResponse.EventOneofCase.Prompt when !started:
                    started = true;
                    operation.AnsweredBy(response.Prompt.Model);
                    yield return new ChatEvent.Started(response.Prompt.Model);
                    break;
                case GenerateResponse.EventOneofCase.Token when request.LogProbabilities is not null:
                    yield return new ChatEvent.Delta(response.Token.TextDelta, response.Token);
                    break;
                case GenerateResponse.EventOneofCase.Token when response.Token.TextDelta.Length > 0:
                    yield return new ChatEvent.Delta(response.Token.TextDelta);
                    break;
                case GenerateResponse.EventOneofCase.Completed:
                    var completed = response.Completed;
                    if (completed.TextDelta.Length > 0)
                    {
                        yield return new ChatEvent.Delta(completed.TextDelta);
                    }

                    operation.Ended(completed);
                    yield return new ChatEvent.Ended(
                        completed.FinishReason, completed.Usage?.PromptTokens ?? 0, completed.Usage?.CachedTokens ?? 0, completed.Usage?.CompletionTokens ?? 0)
                    {
                        Confidence = completed.HasConfidence ? completed.Confidence : null,
                        Uncertain = completed.HasConfidence ? completed.Uncertain : null,
                    };
                    yield break;
            }
        }
    }

    private async Task<GenerateRequest> ToDecoderAsync(Caller caller, ChatRequest request, CancellationToken cancellationToken)
    {
        var generate = new GenerateRequest
        {
            Tenant = caller.Tenant,
            MaxNewTokens = request.MaxTokens,
            Sampling = new Sampling
            {
                Temperature = request.Temperature,
                TopP = request.TopP,

                // Chosen here and not by the decoder, so that a second decoder would go on with the same draws.
                Seed = request.Seed ?? (request.Temperature > 0 ? RandomNumberGenerator.GetInt32(int.MaxValue) : 0),
                StopSequences = { request.Stop },
            },
            Constraint = request.Format?.Constraint,
            RawPrompt = request.Prompt,
        };
        if (request.LogProbabilities is { } alternatives)
        {
            generate.LogProbabilities = alternatives;
        }

        foreach (var message in request.Messages)
        {
            var converted = new Message { Role = message.Role, Text = message.Text };
            foreach (var image in message.Images)
            {
                converted.Images.Add(new ImageReference
                {
                    Tenant = caller.Tenant,
                    ImageId = await images.ResolveAsync(caller, image.Reference, image.Field, cancellationToken),
                });
            }

            generate.Messages.Add(converted);
        }

        return generate;
    }

    // Requests that begin alike go to the same decoder, whose cache holds what they share.
    private static string AffinityOf(Caller caller, GenerateRequest request)
    {
        var beginning = request.RawPrompt is { } prompt ? string.Join('\n', [caller.Tenant, .. BeginningOf(prompt)]) : BeginningOf(caller, request.Messages[0]);
        return $"chat-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(beginning)).AsSpan(0, 12))}";
    }

    private static string BeginningOf(Caller caller, Message first) => string.Join(
        '\n', [caller.Tenant, ((int)first.Role).ToString(CultureInfo.InvariantCulture), .. first.Images.Select(i => i.ImageId), first.Images.Count > 0 ? "" : first.Text]);

    private static IEnumerable<string> BeginningOf(RawPrompt prompt) => prompt.ContentCase == RawPrompt.ContentOneofCase.Tokens
        ? prompt.Tokens.Ids.Take(SharedTokens).Select(id => id.ToString(CultureInfo.InvariantCulture))
        : [prompt.Text[..Math.Min(prompt.Text.Length, SharedCharacters)]];

    private static MeshException Translate(MeshException error, ChatRequest request)
    {
        var translated = request.Format?.Translate(error) ?? error;
        return translated.Field?.StartsWith("raw_prompt", StringComparison.Ordinal) == true
            ? new MeshException(translated.Reason, translated.Message, error) { Field = "prompt", Metadata = translated.Metadata }
            : translated;
    }
}
