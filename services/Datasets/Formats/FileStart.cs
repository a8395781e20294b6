using System.Text;

namespace MultiModalMesh.Datasets.Formats;

/// <summary>The beginning of a file, which is all that telling formats apart may cost.</summary>
internal static class FileStart
{
    private const int Bytes = 1 << 20;

    public static bool Has(string file, string text)
    {
        var start = new byte[Bytes];
        using var stream = File.OpenRead(file);
        return start.AsSpan(0, stream.ReadAtLeast(start, Bytes, throwOnEndOfStream: false)).IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
    }
}
