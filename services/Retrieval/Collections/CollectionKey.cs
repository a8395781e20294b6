using System.Buffers;
using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.V1;

namespace MultiModalMesh.Retrieval.Collections;

/// <summary>A collection's name within its tenant, checked.</summary>
internal readonly record struct CollectionKey(string Tenant, string Name)
{
    private const int LongestName = 64;
    private static readonly SearchValues<char> TenantCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <exception cref="MeshException"><see cref="ErrorReason.InvalidRequest"/> with the field at fault.</exception>
    public static CollectionKey From(CollectionName? name)
    {
        if (name is null)
        {
            throw new MeshException(ErrorReason.InvalidRequest, "The request names no collection.") { Field = "name" };
        }

        CheckTenant(name.Tenant, "name.tenant");
        return Is(name.Collection, NameCharacters)
            ? new CollectionKey(name.Tenant, name.Collection)
            : throw new MeshException(ErrorReason.InvalidRequest, $"'{Shorten(name.Collection)}' is not the name of a collection; a name is 1 to {LongestName} characters of [a-z0-9_-].") { Field = "name.collection" };
    }

    /// <inheritdoc cref="From"/>
    public static string CheckTenant(string tenant, string field) => Is(tenant, TenantCharacters)
        ? tenant
        : throw new MeshException(ErrorReason.InvalidRequest, $"'{Shorten(tenant)}' is not a tenant; a tenant is 1 to {LongestName} characters of [a-z0-9-].") { Field = field };

    public override string ToString() => $"{Tenant}/{Name}";

    private static bool Is(string text, SearchValues<char> characters) => text.Length is > 0 and <= LongestName && !text.AsSpan().ContainsAnyExcept(characters);

    private static string Shorten(string text) => text.Length > 80 ? text[..80] + "…" : text;
}
