using System.Globalization;
using System.Text;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Gateway.Images;

/// <summary>Pictures inside JSON: <c>data:image/png;base64,…</c> (RFC 2397). The media type is not believed; the bytes tell.</summary>
internal static class DataUrl
{
    private const string Scheme = "data:";
    private const string Base64 = ";base64";

    /// <param name="url">As the request has it.</param>
    /// <param name="maxBytes">Limit of the decoded bytes, checked before decoding.</param>
    /// <param name="field">For the refusal.</param>
    /// <exception cref="MeshException">ImageUrlRefused for http(s) and other schemes, ImageUnreadable for bad base64, ImageTooLarge.</exception>
    public static byte[] Read(string url, int maxBytes, string field)
    {
        CheckScheme(url, field);
        var comma = url.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0 || !url.AsSpan(Scheme.Length, comma - Scheme.Length).EndsWith(Base64, StringComparison.OrdinalIgnoreCase))
        {
            throw new MeshException(ErrorReason.ImageUnreadable, "The data URL is not of the form 'data:image/png;base64,…'.") { Field = field };
        }

        var payload = url.AsSpan(comma + 1);
        var bytes = payload.Length / 4L * 3;
        if (bytes - 2 > maxBytes)
        {
            throw TooLarge(bytes, maxBytes, field);
        }

        var decoded = new byte[bytes + 3];
        if (!Convert.TryFromBase64Chars(payload, decoded, out var count) && !TryDecodeUnpadded(payload, decoded, out count))
        {
            throw new MeshException(ErrorReason.ImageUnreadable, "The data URL's base64 is damaged or cut short.") { Field = field };
        }

        return decoded.AsSpan(0, count).ToArray();
    }

    /// <exception cref="MeshException">ImageUrlRefused: the picture would have to be fetched from somewhere.</exception>
    public static void CheckScheme(string url, string field)
    {
        if (!url.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            throw new MeshException(ErrorReason.ImageUrlRefused, Refusal(url)) { Field = field };
        }
    }

    public static MeshException TooLarge(long bytes, int limit, string? field) =>
        new(ErrorReason.ImageTooLarge, $"The picture has {bytes} bytes or more, the limit is {limit} bytes (Images:MaxBytes); send a smaller file.")
        {
            Field = field,
            Metadata = new Dictionary<string, string> { ["limit_bytes"] = limit.ToString(CultureInfo.InvariantCulture) },
        };

    private static string Refusal(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var absolute) && absolute.Scheme is "http" or "https"
            ? "Pictures are not fetched from http(s) addresses: a server that does can be made to reach into its own network. "
                + "Send the bytes instead: as a data URL ('data:image/png;base64,…'), or to POST /api/images and pass the id."
            : "A picture is a data URL ('data:image/png;base64,…') or the id that POST /api/images gave.";

    // Some encoders leave out the padding, and some write the URL-safe alphabet.
    private static bool TryDecodeUnpadded(ReadOnlySpan<char> text, byte[] target, out int count)
    {
        var ascii = new byte[text.Length];
        if (Encoding.ASCII.GetBytes(text, ascii) == text.Length
            && System.Buffers.Text.Base64Url.DecodeFromUtf8(ascii, target, out _, out count) == System.Buffers.OperationStatus.Done)
        {
            return true;
        }

        var padded = text.ToString() + new string('=', (4 - (text.Length % 4)) % 4);
        return Convert.TryFromBase64String(padded, target, out count);
    }
}
