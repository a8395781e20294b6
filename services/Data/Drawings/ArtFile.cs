using System.Globalization;
using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Data.Drawings;

/// <summary>Reads the embedded art: the table of kinds and, per style, the SVG drawings of each kind.</summary>
internal static class ArtFile
{
    public static IReadOnlyList<Kind> ReadKinds()
    {
        using var reader = new StreamReader(Open("kinds.csv"));
        reader.ReadLine();
        var kinds = new List<Kind>();
        while (reader.ReadLine() is { } line)
        {
            var cells = line.Split(',');
            var id = int.Parse(cells[0], CultureInfo.InvariantCulture);
            if (id != kinds.Count)
            {
                throw new InvalidDataException($"kinds.csv: id {id} where {kinds.Count} was due.");
            }

            kinds.Add(new Kind(id, cells[1], cells[2]) { Group = cells[3] });
        }

        return kinds;
    }

    /// <summary>Singular noun of the kind to its drawings; a style may have several drawings of a kind, or none.</summary>
    public static IReadOnlyDictionary<string, string[]> ReadStyle(string style)
    {
        using var gzip = new GZipStream(Open(style + ".json.gz"), CompressionMode.Decompress);
        return JsonSerializer.Deserialize<Dictionary<string, string[]>>(gzip)!;
    }

    /// <summary>Changes whenever any embedded art does.</summary>
    public static string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in Styles.All.Select(style => style + ".json.gz").Append("kinds.csv"))
        {
            using var stream = Open(name);
            hash.AppendData(SHA256.HashData(stream));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static Stream Open(string name) =>
        Assembly.GetExecutingAssembly().GetManifestResourceStream(name) ?? throw new InvalidDataException($"Embedded art file '{name}' is missing.");
}
