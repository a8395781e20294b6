using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Errors;
using MultiModalMesh.Mesh.Client;

namespace MultiModalMesh.Mesh.CommandLine.Indexing;

/// <summary>A picture on its way into a collection.</summary>
/// <param name="Hash">SHA-256 of <paramref name="Bytes"/> in lower-case hexadecimal digits.</param>
/// <param name="Payload">What the item shall have, but for the id of the stored picture.</param>
/// <param name="Error">Why there are no bytes, or null.</param>
internal sealed record SourcePicture(string Id, byte[] Bytes, string Hash, JsonObject Payload, MeshException? Error)
{
    private const string Image = "image";

    /// <summary>Reads the picture's bytes; what is wrong with it is told in <see cref="Error"/>.</summary>
    /// <param name="folder">Of the data set: paths are told below it.</param>
    public static async Task<SourcePicture> ReadAsync(Example example, string folder, CancellationToken cancellationToken)
    {
        try
        {
            var bytes = example.Picture is { } picture
                ? await picture.ReadAsync(cancellationToken)
                : throw new MeshException(ErrorReason.ImageNotFound, $"The record at {example.Source} has no picture.");
            var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
            return new SourcePicture(example.Id, bytes, hash, Describe(example, folder, hash), null);
        }
        catch (MeshException error)
        {
            return new SourcePicture(example.Id, [], "", [], error);
        }
    }

    /// <summary>The payload with the id under which the picture can be shown and asked about.</summary>
    public JsonObject PayloadWith(string imageId)
    {
        var payload = Payload.DeepClone().AsObject();
        payload[Image] = imageId;
        return payload;
    }

    /// <summary>Whether an item is this picture, described as it is described now.</summary>
    public bool IsIn(ItemAnswer item)
    {
        if (item.Id != Id || item.Payload is not { ValueKind: JsonValueKind.Object } stored)
        {
            return false;
        }

        var payload = JsonObject.Create(stored)!;
        payload.Remove(Image);
        return JsonNode.DeepEquals(payload, Payload);
    }

    private static JsonObject Describe(Example example, string folder, string hash)
    {
        var payload = new JsonObject { ["path"] = PathOf(example, folder), ["sha256"] = hash };
        if (example.Captions.Count > 0)
        {
            payload["captions"] = new JsonArray([.. example.Captions.Select(caption => JsonValue.Create(caption))]);
        }

        if (example.Label is { } label)
        {
            payload["label"] = label;
        }

        if (example.Objects.Count > 0)
        {
            payload["objects"] = new JsonArray([.. example.Objects.Select(one => one.Category).Distinct(StringComparer.Ordinal).Select(category => JsonValue.Create(category))]);
        }

        if (example.Metadata.Count > 0)
        {
            payload["metadata"] = new JsonObject(example.Metadata.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, pair.Value)));
        }

        return payload;
    }

    // A member of a shard has no path of its own; its id is its name there.
    private static string PathOf(Example example, string folder)
    {
        if (example.Picture is not { Length: null } picture)
        {
            return example.Id;
        }

        var path = Path.GetRelativePath(folder, picture.File).Replace('\\', '/');
        return path.StartsWith("../", StringComparison.Ordinal) || Path.IsPathRooted(path) ? Path.GetFileName(picture.File) : path;
    }
}
