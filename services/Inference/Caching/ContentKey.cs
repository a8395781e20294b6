using System.Buffers.Binary;
using System.Security.Cryptography;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Inference.Caching;

/// <summary>Names an encoding by what it is made of: the content, and the model with its preprocessing (<see cref="ScopeOf"/>).</summary>
internal readonly record struct ContentKey(string Scope, UInt128 High, UInt128 Low)
{
    /// <summary>The key of that content, by its SHA-256.</summary>
    public static ContentKey Of(string scope, ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return new ContentKey(scope, BinaryPrimitives.ReadUInt128BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));
    }

    /// <summary>
    /// Names a model with the files that decide about its results. Their sizes and times are in it, because a pack may be loaded again after
    /// its files were replaced under the same version.
    /// </summary>
    public static string ScopeOf(ModelPack pack, params ReadOnlySpan<string> files)
    {
        var scope = pack.Id;
        foreach (var file in files)
        {
            var info = new FileInfo(pack.FilePath(file));
            scope += string.Create(System.Globalization.CultureInfo.InvariantCulture, $"|{info.FullName}:{info.Length}:{info.LastWriteTimeUtc.Ticks}");
        }

        return scope;
    }
}
