using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using MultiModalMesh.Gateway.Authentication;
using MultiModalMesh.Gateway.Chat;
using MultiModalMesh.Gateway.Streaming;

namespace MultiModalMesh.Gateway.OpenAi;

/// <summary>POST /v1/completions.</summary>
internal static class CompletionEndpoint
{
    public static void MapCompletions(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/v1/completions", CompleteAsync).WithTags("OpenAI")
            .Accepts<CompletionBody>("application/json")
            .Produces<CompletionJson>()
            .Produces<OpenAiError>(StatusCodes.Status400BadRequest)
            .Produces<OpenAiError>(StatusCodes.Status404NotFound)
            .Produces<OpenAiError>(StatusCodes.Status429TooManyRequests)
            .WithSummary("Go on from a raw prompt")
            .WithDescription(
                "OpenAI's completions, for every model that can 'completion': the prompt is taken as it is, without a chat template, and control tokens in it are control tokens. "
                + "One prompt per request, as text or as token ids; 16 tokens where \"max_tokens\" says nothing. With \"stream\": true the answer is server-sent events.");

    private static async Task CompleteAsync(HttpContext context, ChatDesk chats, TimeProvider time, ILogger<ChatDesk> logger)
    {
        var request = CompletionReader.Read(await RequestObject.ReadAsync(context.Request));
        var answer = new Answer($"cmpl-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12))}", time.GetUtcNow().ToUnixTimeSeconds());
        var events = chats.GenerateAsync(context.Caller(), request.Chat, context.RequestAborted);
        if (request.Stream)
        {
            await AnswerStream.SendAsync(context, events, time, logger, (stream, item) => WriteAsync(stream, item, answer, request.IncludeUsage));
        }
        else
        {
            await context.Response.WriteAsJsonAsync(await CollectAsync(events, answer), context.RequestAborted);
        }
    }

    private static async Task<CompletionJson> CollectAsync(IAsyncEnumerable<ChatEvent> events, Answer answer)
    {
        var text = new StringBuilder();
        CompletionLogProbabilitiesJson? probabilities = null;
        ChatEvent.Ended? ended = null;
        await foreach (var item in events)
        {
            switch (item)
            {
                case ChatEvent.Started started:
                    answer.Model = started.Model;
                    break;
                case ChatEvent.Delta delta:
                    text.Append(delta.Text);
                    probabilities = answer.Tell(delta, probabilities);
                    break;
                case ChatEvent.Ended last:
                    ended = last;
                    break;
            }
        }

        return answer.Write(new CompletionChoiceJson(text.ToString(), probabilities, ChatChoiceJson.NameOf(ended!.Reason))) with { Usage = ChatUsageJson.From(ended) };
    }

    private static async Task WriteAsync(EventStream stream, ChatEvent item, Answer answer, bool includeUsage)
    {
        switch (item)
        {
            case ChatEvent.Started started:
                answer.Model = started.Model;
                break;
            case ChatEvent.Delta delta:
                await stream.WriteAsync(answer.Write(new CompletionChoiceJson(delta.Text, answer.Tell(delta, null))));
                break;
            case ChatEvent.Ended ended:
                await stream.WriteAsync(answer.Write(new CompletionChoiceJson("", null, ChatChoiceJson.NameOf(ended.Reason))));
                if (includeUsage)
                {
                    await stream.WriteAsync(answer.Write() with { Usage = ChatUsageJson.From(ended) });
                }

                break;
        }
    }

    /// <summary>What all pieces of one answer share.</summary>
    private sealed class Answer(string id, long created)
    {
        private int _characters;

        /// <summary>As "name@version".</summary>
        public string Model { get; set; } = "";

        /// <summary>Adds a token to what is told of tokens, if anything is, and its text to what is told already.</summary>
        public CompletionLogProbabilitiesJson? Tell(ChatEvent.Delta delta, CompletionLogProbabilitiesJson? probabilities)
        {
            if (delta.Token is { } token)
            {
                probabilities ??= new CompletionLogProbabilitiesJson();
                probabilities.Add(token, _characters);
            }

            _characters += delta.Text.EnumerateRunes().Count();
            return probabilities;
        }

        public CompletionJson Write(params CompletionChoiceJson[] choices) => new()
        {
            Id = id,
            Created = created,
            Model = Model.Split('@')[0],
            SystemFingerprint = Model,
            Choices = choices,
        };
    }
}
