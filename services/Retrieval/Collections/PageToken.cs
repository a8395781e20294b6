using System.Buffers.Text;
using System.Text;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Retrieval.Collections;

/// <summary>Where the next page of a list begins. Callers see letters that mean nothing to them.</summary>
internal static class PageToken
{
    private const string Version = "1:";

    public static string After(string name) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Version + name));

    /// <summary>The name that <see cref="After"/> was given; empty for an empty token.</summary>
    /// <exception cref="MeshException"><see cref="ErrorReason.InvalidRequest"/>: not a token of ours.</exception>
    public static string Read(string token)
    {
        if (token.Length == 0)
        {
            return "";
        }

        if (token.Length < 256 && Base64Url.IsValid(token) && Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)) is var text && text.StartsWith(Version, StringComparison.Ordinal))
        {
            return text[Version.Length..];
        }

        throw Foreign();
    }

    public static MeshException Foreign() => new(ErrorReason.InvalidRequest, "This page token is not one that a list gave; leave it empty for the first page.") { Field = "page_token" };
}
