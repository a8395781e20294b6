using System.Globalization;

namespace MultiModalMesh.Datasets.Examples;

/// <param name="File">Full path.</param>
/// <param name="Record">From 1: the line, the element of the array, the member of the tar; 0 for the file as a whole.</param>
/// <param name="Offset">In bytes from the start of the file.</param>
public readonly record struct SourceLocation(string File, long Record, long Offset)
{
    public override string ToString() => Record == 0 ? File : string.Create(CultureInfo.InvariantCulture, $"{File}, record {Record} (byte {Offset})");
}
