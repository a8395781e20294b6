using System.Buffers;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Gateway.Collections;

/// <summary>The limits that retrieval_service.proto and the HTTP API promise.</summary>
internal static class CollectionLimits
{
    public const int MaxItems = 10_000;
    public const int MaxDimensions = 8192;
    public const int MaxHits = 1000;
    public const int DefaultHits = 10;
    public const int MaxPayloadBytes = 64 * 1024;

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-");

    /// <exception cref="MeshException">InvalidRequest.</exception>
    public static void CheckName(string name, string field)
    {
        if (name is not { Length: >= 1 and <= 64 } || name.AsSpan().ContainsAnyExcept(NameCharacters))
        {
            throw Refuse(field, $"'{(name.Length > 80 ? name[..80] + "…" : name)}' is not the name of a collection; a name is 1 to 64 characters of [a-z0-9_-].");
        }
    }

    /// <exception cref="MeshException">DimensionMismatch, InvalidRequest.</exception>
    public static void CheckVector(IReadOnlyList<float> vector, int dimensions, string collection, string field)
    {
        if (vector.Count != dimensions)
        {
            throw new MeshException(
                ErrorReason.DimensionMismatch, $"The vector has {vector.Count} numbers, but the collection '{collection}' has {dimensions} dimensions.")
            {
                Field = field,
            };
        }

        if (vector.Any(number => !float.IsFinite(number)) || vector.All(number => number == 0))
        {
            throw Refuse(field, "The vector must be of finite numbers that are not all zero; others have no direction.");
        }
    }

    public static MeshException Refuse(string field, string message) => new(ErrorReason.InvalidRequest, message) { Field = field };
}
