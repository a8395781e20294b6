using Grpc.Core;
using MultiModalMesh.Errors;
using MultiModalMesh.Gateway.Authentication;
using MultiModalMesh.Gateway.Images;
using MultiModalMesh.Gateway.Models;
using MultiModalMesh.Gateway.Telemetry;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Text.V1;
using MultiModalMesh.Vision.V1;
using MultiModalMesh.Workers;
using ImagePriority = MultiModalMesh.Vision.V1.Priority;
using TextPriority = MultiModalMesh.Text.V1.Priority;

namespace MultiModalMesh.Gateway.Embeddings;

/// <summary>Embeds texts and pictures: all texts of a request over one stream, all pictures over another, both at once.</summary>
internal sealed class EmbeddingDesk(WorkerPool workers, ModelDirectory models, ImageLibrary images, GatewayTelemetry telemetry)
{
    /// <param name="caller">Whose pictures they are.</param>
    /// <param name="model">Name of a pack; empty for the default one.</param>
    /// <param name="inputs">At least one.</param>
    /// <param name="urgency">How they wait in the encoders' queues.</param>
    /// <param name="cancellationToken">Ends the streams.</param>
    /// <remarks>An input that cannot be embedded fails alone.</remarks>
    /// <exception cref="MeshException">ModelNotFound, CapabilityMissing, Overloaded, PeerUnavailable.</exception>
    public async Task<EmbeddingBatch> EncodeAsync(
        Caller caller, string model, IReadOnlyList<EmbeddingInput> inputs, EmbeddingUrgency urgency, CancellationToken cancellationToken)
    {
        var pack = await models.GetForEmbeddingsAsync(model, cancellationToken);
        using var operation = telemetry.Embeddings(pack.Name);
        try
        {
            var batch = new Batch(inputs.Count) { Model = pack.FullName };
            var texts = new List<TextInput>();
            var pictures = new List<ImageInput>();
            for (var i = 0; i < inputs.Count; i++)
            {
                switch (inputs[i])
                {
                    case EmbeddingInput.Text text:
                        texts.Add(new TextInput { Index = i, Text = text.Value });
                        break;
                    case EmbeddingInput.Image image:
                        await AddAsync(caller, i, image, pictures, batch, cancellationToken);
                        break;
                }
            }

            await Task.WhenAll(
                EncodeTextsAsync(pack.Name, urgency, texts, batch, cancellationToken),
                EncodeImagesAsync(pack.Name, urgency, pictures, inputs, batch, cancellationToken));
            operation.AnsweredBy(batch.Model);
            operation.Used(batch.Tokens, 0);
            return new EmbeddingBatch(batch.Model, batch.Tokens, batch.Results);
        }
        catch (Exception error)
        {
            operation.Failed(error);
            throw;
        }
    }

    private async Task AddAsync(
        Caller caller, int index, EmbeddingInput.Image image, List<ImageInput> pictures, Batch batch, CancellationToken cancellationToken)
    {
        try
        {
            var id = await images.ResolveAsync(caller, image.Reference, image.Field, cancellationToken);
            pictures.Add(new ImageInput { Index = index, Reference = new ImageReference { Tenant = caller.Tenant, ImageId = id } });
        }
        catch (MeshException error) when (error.Reason.Category is ErrorCategory.InvalidArgument or ErrorCategory.TooLarge or ErrorCategory.NotFound)
        {
            batch.Results[index] = new EmbeddingResult(null, error);
        }
    }

    private async Task EncodeTextsAsync(string model, EmbeddingUrgency urgency, List<TextInput> texts, Batch batch, CancellationToken cancellationToken)
    {
        if (texts.Count == 0)
        {
            return;
        }

        var answers = await workers.CallAsync(new RouteRequest { Capability = Capabilities.TextEmbedding, Model = model, Size = texts.Count }, async (lease, channel, token) =>
        {
            var answers = new Answers();
            using var call = new TextEncoderService.TextEncoderServiceClient(channel).EncodeTexts(cancellationToken: token);
            var config = new EncodeTextsConfig { Model = lease.Model, Priority = urgency == EmbeddingUrgency.Bulk ? TextPriority.Bulk : TextPriority.Interactive };
            var sending = SendAsync(
                call.RequestStream, new EncodeTextsRequest { Config = config }, texts.Select(text => new EncodeTextsRequest { Text = text }), token);
            await foreach (var response in call.ResponseStream.ReadAllAsync(token))
            {
                answers.Results[response.Index] = new EmbeddingResult([.. response.Embedding], null);
                answers.Model = response.Model;
                answers.Tokens += response.TokenCount;
            }

            await sending;
            return answers;
        }, cancellationToken);
        batch.Take(answers);
    }

    private async Task EncodeImagesAsync(
        string model, EmbeddingUrgency urgency, List<ImageInput> pictures, IReadOnlyList<EmbeddingInput> inputs, Batch batch, CancellationToken cancellationToken)
    {
        if (pictures.Count == 0)
        {
            return;
        }

        var answers = await workers.CallAsync(new RouteRequest { Capability = Capabilities.ImageEmbedding, Model = model, Size = pictures.Count }, async (lease, channel, token) =>
        {
            var answers = new Answers();
            using var call = new VisionEncoderService.VisionEncoderServiceClient(channel).EncodeImages(cancellationToken: token);
            var config = new EncodeImagesConfig { Model = lease.Model, Priority = urgency == EmbeddingUrgency.Bulk ? ImagePriority.Bulk : ImagePriority.Interactive };
            var sending = SendAsync(
                call.RequestStream, new EncodeImagesRequest { Config = config }, pictures.Select(image => new EncodeImagesRequest { Image = image }), token);
            await foreach (var response in call.ResponseStream.ReadAllAsync(token))
            {
                if (response.ResultCase == EncodeImagesResponse.ResultOneofCase.Error)
                {
                    answers.Results[response.Index] = new EmbeddingResult(null, ToException(response.Error, inputs[response.Index].Field));
                    continue;
                }

                answers.Results[response.Index] = new EmbeddingResult([.. response.Encoding.Embedding], null);
                answers.Model = response.Encoding.Model;
            }

            await sending;
            return answers;
        }, cancellationToken);
        batch.Take(answers);
    }

    // A worker that refuses closes its end first; the reader has the reason, so a failed write has nothing to add.
    private static async Task SendAsync<T>(IClientStreamWriter<T> stream, T config, IEnumerable<T> items, CancellationToken cancellationToken)
    {
        try
        {
            await stream.WriteAsync(config, cancellationToken);
            foreach (var item in items)
            {
                await stream.WriteAsync(item, cancellationToken);
            }

            await stream.CompleteAsync();
        }
        catch (Exception error) when (error is RpcException or InvalidOperationException)
        {
        }
    }

    private static MeshException ToException(ImageError error, string field) =>
        new(ErrorReason.Find(error.Reason) ?? ErrorReason.PeerFailed, error.Message) { Field = field };

    /// <summary>What comes in while two streams run. Each writes its own results; an input that no answer came for keeps the error it starts with.</summary>
    private sealed class Batch(int count)
    {
        private static readonly EmbeddingResult Unanswered =
            new(null, new MeshException(ErrorReason.PeerUnavailable, "The encoder ended its stream before this input's answer; try again."));

        public EmbeddingResult[] Results { get; } = [.. Enumerable.Repeat(Unanswered, count)];
        public int Tokens { get; private set; }
        public string Model { get; set; } = "";

        public void Take(Answers answers)
        {
            foreach (var (index, result) in answers.Results)
            {
                Results[index] = result;
            }

            Tokens += answers.Tokens;
            Model = answers.Model.Length > 0 ? answers.Model : Model;
        }
    }

    /// <summary>One call's own: two workers may be asked at once, and only one of them is listened to.</summary>
    private sealed class Answers
    {
        public Dictionary<int, EmbeddingResult> Results { get; } = [];
        public int Tokens { get; set; }
        public string Model { get; set; } = "";
    }
}
