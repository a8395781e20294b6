using System.Buffers;
using System.Security.Cryptography;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Images;

/// <summary>Names a picture by its content: <c>img_</c> and the SHA-256 of the file in 64 lower-case hexadecimal digits.</summary>
public static class ImageId
{
    private const string Prefix = "img_";
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");
    private static readonly SearchValues<char> TenantCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>The id of a file.</summary>
    public static string Of(ReadOnlySpan<byte> file)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(file, hash);
        return FromHash(hash);
    }

    public static bool IsValid(string? id) =>
        id is not null
        && id.Length == Prefix.Length + (2 * SHA256.HashSizeInBytes)
        && id.StartsWith(Prefix, StringComparison.Ordinal)
        && !id.AsSpan(Prefix.Length).ContainsAnyExcept(HexDigits);

    /// <summary>The 64 hexadecimal digits of a valid id.</summary>
    public static string HexHashOf(string id) => Check(id)[Prefix.Length..];

    /// <summary>The id of the content with that SHA-256.</summary>
    /// <param name="hash">64 lower-case hexadecimal digits.</param>
    public static string FromHexHash(string hash) => Check(Prefix + hash);

    internal static string FromHash(ReadOnlySpan<byte> hash) => Prefix + Convert.ToHexStringLower(hash);

    /// <exception cref="MeshException"><see cref="ErrorReason.InvalidRequest"/>: no id of a picture, so no path is ever made of it.</exception>
    internal static string Check(string? id) => IsValid(id)
        ? id!
        : throw new MeshException(ErrorReason.InvalidRequest, $"'{Shorten(id)}' is not the id of a picture; an id is 'img_' and 64 lower-case hexadecimal digits.") { Field = "image_id" };

    /// <exception cref="MeshException"><see cref="ErrorReason.InvalidRequest"/>: not 1 to 64 characters of [a-z0-9-].</exception>
    internal static string CheckTenant(string? tenant) => tenant is { Length: > 0 and <= 64 } && !tenant.AsSpan().ContainsAnyExcept(TenantCharacters)
        ? tenant
        : throw new MeshException(ErrorReason.InvalidRequest, $"'{Shorten(tenant)}' is not a tenant; a tenant is 1 to 64 characters of [a-z0-9-].") { Field = "tenant" };

    private static string? Shorten(string? text) => text is { Length: > 80 } ? text[..80] + "…" : text;
}
