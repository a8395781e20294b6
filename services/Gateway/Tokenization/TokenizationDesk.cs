using MultiModalMesh.Errors;
using MultiModalMesh.Gateway.Models;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Tokenization.V1;
using MultiModalMesh.Workers;

namespace MultiModalMesh.Gateway.Tokenization;

/// <summary>Asks a worker that serves a pack for its tokenizer: a decoder, or a text encoder where the pack has no decoder.</summary>
internal sealed class TokenizationDesk(WorkerPool workers, ModelDirectory models)
{
    private static readonly string[] Able = [Capabilities.Chat, Capabilities.Completion, Capabilities.TextEmbedding];

    /// <param name="model">Name of a pack; empty for the default one.</param>
    /// <param name="text">Control tokens in it are control tokens.</param>
    /// <param name="addSpecialTokens">Add what the tokenizer puts around a text.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="MeshException">ModelNotFound, CapabilityMissing, InvalidRequest, PeerUnavailable.</exception>
    public async Task<TokenizeResponse> TokenizeAsync(string model, string text, bool addSpecialTokens, CancellationToken cancellationToken) =>
        await workers.CallAsync(
            await RouteAsync(model, cancellationToken),
            async (lease, channel, token) => await new TokenizationService.TokenizationServiceClient(channel).TokenizeAsync(
                new TokenizeRequest { Model = lease.Model, Text = text, AddSpecialTokens = addSpecialTokens }, cancellationToken: token),
            cancellationToken);

    /// <inheritdoc cref="TokenizeAsync"/>
    public async Task<DetokenizeResponse> DetokenizeAsync(string model, IReadOnlyList<int> ids, bool skipSpecialTokens, CancellationToken cancellationToken) =>
        await workers.CallAsync(
            await RouteAsync(model, cancellationToken),
            async (lease, channel, token) => await new TokenizationService.TokenizationServiceClient(channel).DetokenizeAsync(
                new DetokenizeRequest { Model = lease.Model, Ids = { ids }, SkipSpecialTokens = skipSpecialTokens }, cancellationToken: token),
            cancellationToken);

    private async Task<RouteRequest> RouteAsync(string model, CancellationToken cancellationToken)
    {
        if (model.Length > 0)
        {
            var named = await models.GetAsync(model, cancellationToken);
            return CapabilityOf(named) is { } capability
                ? new RouteRequest { Capability = capability, Model = named.Name }
                : throw new MeshException(ErrorReason.CapabilityMissing, $"The model '{model}' reads no text here; it can {string.Join(", ", named.Capabilities)}.") { Field = "model" };
        }

        // The default of chats where there is one.
        var served = await models.ListModelsAsync(cancellationToken);
        return Able.FirstOrDefault(capability => served.Any(one => one.Capabilities.Contains(capability))) is { } any
            ? new RouteRequest { Capability = any }
            : throw new MeshException(ErrorReason.NoWorker, "No decoder and no text encoder is there now; try again when one has started.");
    }

    private static string? CapabilityOf(ServedModel model) => Array.Find(Able, capability => model.Capabilities.Contains(capability));
}
