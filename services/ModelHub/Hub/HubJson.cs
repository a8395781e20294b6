using System.Text.Json;
using MultiModalMesh.Errors;

namespace MultiModalMesh.ModelHub.Hub;

/// <summary>Reads the hub's JSON; whatever it says is checked before it is believed.</summary>
internal static class HubJson
{
    /// <summary>70 TB: far beyond any model, and the sum of all files of a list is still a number.</summary>
    private const long LargestFile = 1L << 46;

    /// <exception cref="MeshException">HubAnswerInvalid.</exception>
    public static IEnumerable<HubFile> Files(JsonElement list, HubSubject subject, Uri hub)
    {
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw Invalid(hub, $"gives no list of files for {subject}");
        }

        foreach (var entry in list.EnumerateArray())
        {
            if (Text(entry, "type") == "file")
            {
                yield return File(entry, subject, hub);
            }
        }
    }

    public static string? Text(JsonElement element, string field) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(field, out var value) ? Text(value) : null;

    /// <summary>The licence of the model card, which the hub repeats as a tag.</summary>
    public static string? License(JsonElement model)
    {
        const string prefix = "license:";
        if (model.TryGetProperty("cardData", out var card) && Text(card, "license") is { Length: > 0 and <= 128 } license)
        {
            return license;
        }

        return model.TryGetProperty("tags", out var tags) && tags.ValueKind == JsonValueKind.Array
            ? tags.EnumerateArray()
                .Select(Text)
                .FirstOrDefault(tag => tag?.StartsWith(prefix, StringComparison.Ordinal) == true && tag.Length < 128)?[prefix.Length..]
            : null;
    }

    private static string? Text(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: valid JSON, but no text.
            return null;
        }
    }

    private static HubFile File(JsonElement entry, HubSubject subject, Uri hub)
    {
        var path = Text(entry, "path") ?? "";
        if (!HubPath.StaysInside(path))
        {
            throw Invalid(hub, $"lists a file of {subject} whose path leads out of it: '{Printable(path)}'");
        }

        var lfs = entry.TryGetProperty("lfs", out var pointer) && pointer.ValueKind == JsonValueKind.Object ? pointer : (JsonElement?)null;
        var sha256 = lfs is { } large ? Text(large, "oid") ?? Text(large, "sha256") : null;
        var oid = Text(entry, "oid") ?? Text(entry, "blobId") ?? "";
        var sized = lfs is { } file && file.TryGetProperty("size", out var ofContent) ? ofContent : entry.TryGetProperty("size", out var ofEntry) ? ofEntry : default;
        if (sized.ValueKind != JsonValueKind.Number || !sized.TryGetInt64(out var bytes) || bytes is < 0 or > LargestFile)
        {
            throw Invalid(hub, $"announces no possible size for '{path}' of {subject}");
        }

        return (lfs is null ? IsHex(oid, 40) : IsHex(sha256, 64))
            ? new HubFile(path, bytes, oid, sha256)
            : throw Invalid(hub, $"announces no checksum for '{path}' of {subject}");
    }

    private static bool IsHex(string? text, int length) => text?.Length == length && text.All(char.IsAsciiHexDigitLower);

    private static string Printable(string path) => new([.. path.Take(80).Select(c => char.IsControl(c) ? '?' : c)]);

    private static MeshException Invalid(Uri hub, string what) => new(ErrorReason.HubAnswerInvalid, $"{hub.Authority} {what}.");
}
