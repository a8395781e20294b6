using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Retrieval.V1;
using MultiModalMesh.Text.V1;
using MultiModalMesh.Vision.V1;
using MultiModalMesh.Workers;

namespace MultiModalMesh.Grains.Dialogues;

/// <summary>Search: the turn's text, or its picture, becomes a vector, and the collection's nearest items are found.</summary>
internal sealed class SearchSkill(WorkerPool workers)
{
    private const int DefaultLimit = 10;
    private const int NamedInAnswer = 3;

    public async Task<TurnOutcome> RunAsync(DialogueKey key, LiveTurn turn, CancellationToken cancellationToken)
    {
        var record = turn.Record;
        var vector = string.IsNullOrWhiteSpace(record.Text)
            ? await EncodePictureAsync(key.Tenant, record, cancellationToken)
            : await EncodeTextAsync(record, cancellationToken);
        var request = new SearchRequest
        {
            Name = new CollectionName { Tenant = key.Tenant, Collection = record.Options.Collection },
            Vector = { vector },
            Limit = record.Options.Limit > 0 ? record.Options.Limit : DefaultLimit,
        };
        var found = await workers.CallAsync(new RouteRequest { Capability = Capabilities.Retrieval }, async (_, channel, token) =>
        {
            List<SearchResponse> hits = [];
            await foreach (var hit in new RetrievalService.RetrievalServiceClient(channel).Search(request, cancellationToken: token).ResponseStream.ReadAllAsync(token))
            {
                hits.Add(hit);
            }

            return hits;
        }, cancellationToken);
        turn.Append(Sentence(found, record.Options.Collection));
        return new TurnOutcome(Hits: [.. found.Select(hit => new SearchHit(hit.Id, hit.Score, JsonFormatter.Default.Format(hit.Payload ?? new Struct())))]);
    }

    private Task<RepeatedField<float>> EncodeTextAsync(TurnRecord turn, CancellationToken cancellationToken) => workers.CallAsync(
        new RouteRequest { Capability = Capabilities.TextEmbedding, Model = turn.Options.Model },
        async (lease, channel, token) =>
        {
            using var call = new TextEncoderService.TextEncoderServiceClient(channel).EncodeTexts(cancellationToken: token);
            await call.RequestStream.WriteAsync(new EncodeTextsRequest { Config = new EncodeTextsConfig { Model = lease.Model, Priority = Text.V1.Priority.Interactive } }, token);
            await call.RequestStream.WriteAsync(new EncodeTextsRequest { Text = new TextInput { Text = turn.Text } }, token);
            await call.RequestStream.CompleteAsync();
            return await call.ResponseStream.MoveNext(token) ? call.ResponseStream.Current.Embedding : throw NoAnswer(lease);
        },
        cancellationToken);

    private Task<RepeatedField<float>> EncodePictureAsync(string tenant, TurnRecord turn, CancellationToken cancellationToken) => workers.CallAsync(
        new RouteRequest { Capability = Capabilities.ImageEmbedding, Model = turn.Options.Model },
        async (lease, channel, token) =>
        {
            using var call = new VisionEncoderService.VisionEncoderServiceClient(channel).EncodeImages(cancellationToken: token);
            await call.RequestStream.WriteAsync(new EncodeImagesRequest { Config = new EncodeImagesConfig { Model = lease.Model, Priority = Vision.V1.Priority.Interactive } }, token);
            await call.RequestStream.WriteAsync(
                new EncodeImagesRequest { Image = new ImageInput { Reference = new ImageReference { Tenant = tenant, ImageId = turn.ImageIds[0] } } }, token);
            await call.RequestStream.CompleteAsync();
            return await call.ResponseStream.MoveNext(token)
                ? call.ResponseStream.Current switch
                {
                    { Encoding: { } encoding } => encoding.Embedding,
                    { Error: { } error } => throw new MeshException(ErrorReason.Find(error.Reason) ?? ErrorReason.PeerFailed, error.Message),
                    _ => throw NoAnswer(lease),
                }
                : throw NoAnswer(lease);
        },
        cancellationToken);

    private static string Sentence(List<SearchResponse> found, string collection)
    {
        if (found.Count == 0)
        {
            return $"Nothing was found in '{collection}'.";
        }

        var best = found.Take(NamedInAnswer).Select(hit => string.Create(CultureInfo.InvariantCulture, $"{Name(hit)} ({hit.Score:0.00})"));
        var items = found.Count == 1 ? "1 item" : $"{found.Count} items";
        return $"The nearest {items} in '{collection}', best first: {string.Join(", ", best)}{(found.Count > NamedInAnswer ? ", …" : ".")}";
    }

    private static string Name(SearchResponse hit)
    {
        foreach (var field in (ReadOnlySpan<string>)["title", "file"])
        {
            if (hit.Payload?.Fields.TryGetValue(field, out var value) == true && value is { KindCase: Value.KindOneofCase.StringValue, StringValue.Length: > 0 })
            {
                return value.StringValue;
            }
        }

        return hit.Id;
    }

    private static MeshException NoAnswer(WorkerLease lease) => new(ErrorReason.PeerUnavailable, $"The encoder on '{lease.WorkerId}' ended its answer without one.");
}
