using System.IO.Compression;
using System.Security.Cryptography;

namespace MultiModalMesh.Gateway.Console;

/// <summary>One file of the web console, as it is in the assembly.</summary>
internal sealed class ConsoleAsset
{
    private static readonly Dictionary<string, string> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".mjs"] = "text/javascript; charset=utf-8",
        [".json"] = "application/json",
        [".svg"] = "image/svg+xml",
        [".txt"] = "text/plain; charset=utf-8",
        [".md"] = "text/markdown; charset=utf-8",
        [".webmanifest"] = "application/manifest+json",
        [".png"] = "image/png",
        [".jpg"] = "image/jpeg",
        [".jpeg"] = "image/jpeg",
        [".webp"] = "image/webp",
        [".ico"] = "image/x-icon",
        [".woff2"] = "font/woff2",
    };

    private readonly Lazy<byte[]> _compressed;

    public ConsoleAsset(string path, byte[] bytes)
    {
        Path = path;
        Bytes = bytes;
        ContentType = Types.GetValueOrDefault(System.IO.Path.GetExtension(path), "application/octet-stream");
        ETag = $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 12))}\"";
        _compressed = new Lazy<byte[]>(Compress);
    }

    /// <summary>With forward slashes and without one in front: <c>js/app.js</c>.</summary>
    public string Path { get; }

    public byte[] Bytes { get; }

    public string ContentType { get; }

    public string ETag { get; }

    /// <summary>In brotli, or null where that gains nothing: pictures and fonts are compressed already.</summary>
    public byte[]? Compressed => Bytes.Length > 1024 && !IsDense ? _compressed.Value : null;

    private bool IsDense => ContentType.StartsWith("font/", StringComparison.Ordinal)
        || (ContentType.StartsWith("image/", StringComparison.Ordinal) && ContentType != "image/svg+xml");

    /// <summary>All files that were embedded below wwwroot.</summary>
    public static IReadOnlyList<ConsoleAsset> LoadAll()
    {
        const string Root = "wwwroot/";
        var assembly = typeof(ConsoleAsset).Assembly;
        return
        [
            .. assembly.GetManifestResourceNames().Where(name => name.StartsWith(Root, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name =>
            {
                using var resource = assembly.GetManifestResourceStream(name)!;
                var bytes = new byte[resource.Length];
                resource.ReadExactly(bytes);
                return new ConsoleAsset(name[Root.Length..], bytes);
            }),
        ];
    }

    private byte[] Compress()
    {
        using var target = new MemoryStream();
        using (var brotli = new BrotliStream(target, CompressionLevel.Optimal))
        {
            brotli.Write(Bytes);
        }

        return target.ToArray();
    }
}
