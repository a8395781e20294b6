using System.Buffers.Binary;
using System.IO.Hashing;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Retrieval.Embedded.Segments;

/// <summary>One item's record.</summary>
/// <param name="Offset">Of the record in the file.</param>
internal readonly record struct ItemRecord(int Offset, int Length, long Sequence, ulong IdHash, uint VectorCrc, int PayloadBytes);

/// <summary>What a segment's log says, read from its first byte to its last good one.</summary>
internal sealed class LogContent
{
    public required string Path { get; init; }

    public required int Dimensions { get; init; }

    public required int Capacity { get; init; }

    public required long Number { get; init; }

    public required IReadOnlyList<long> Replaces { get; init; }

    public List<ItemRecord> Items { get; } = [];

    public List<Death> Deaths { get; } = [];

    /// <summary>Behind each batch: its end in the file, and the rows and deaths until there.</summary>
    public List<(long End, int Rows, int Deaths)> Batches { get; } = [];

    /// <summary>Behind the last good batch.</summary>
    public long End { get; private set; }

    public bool Sealed { get; private set; }

    /// <summary>Reads a log. What a crash left half-written at the end is left out; what is broken before good batches is refused.</summary>
    /// <exception cref="MeshException"><see cref="ErrorReason.StorageFailed"/> with the file and the offset.</exception>
    public static LogContent Read(string path, Func<ReadOnlySpan<byte>, ulong> hash)
    {
        var bytes = File.ReadAllBytes(path);
        var content = ReadHeader(path, bytes);
        var offset = LogFormat.FixedHeaderSize + (8 * content.Replaces.Count) + 4;
        content.End = offset;
        while (offset < bytes.Length)
        {
            if (!IsBatch(bytes, offset, out var length))
            {
                content.CheckNothingFollows(bytes, offset);
                break;
            }

            content.ReadBatch(bytes, offset + LogFormat.BatchHeaderSize, length, hash);
            offset += LogFormat.BatchHeaderSize + length;
            content.End = offset;
            content.Batches.Add((offset, content.Items.Count, content.Deaths.Count));
        }

        return content;
    }

    public static MeshException Broken(string path, long offset, string what) => new(
        ErrorReason.StorageFailed, $"'{path}' is broken at byte {offset}: {what}. Restore the collection from a backup, or delete it.")
    {
        Metadata = new Dictionary<string, string> { ["file"] = path, ["offset"] = $"{offset}" },
    };

    /// <summary>Takes back the last batch, whose vectors did not reach the disk.</summary>
    public void DropLastBatch()
    {
        Batches.RemoveAt(Batches.Count - 1);
        var (end, rows, deaths) = Batches.Count > 0 ? Batches[^1] : (LogFormat.FixedHeaderSize + (8 * Replaces.Count) + 4, 0, 0);
        End = end;
        Deaths.RemoveRange(deaths, Deaths.Count - deaths);
        Items.RemoveRange(rows, Items.Count - rows);
    }

    private static LogContent ReadHeader(string path, byte[] bytes)
    {
        if (bytes.Length < LogFormat.FixedHeaderSize + 4 || !bytes.AsSpan().StartsWith(LogFormat.Mark))
        {
            throw Broken(path, 0, "it does not begin as a segment does");
        }

        var version = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8));
        if (version > LogFormat.Version)
        {
            throw new MeshException(ErrorReason.StorageFailed, $"'{path}' has format {version}, this version of the mesh reads up to {LogFormat.Version}; start the newer version.");
        }

        var replaced = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(28));
        var end = LogFormat.FixedHeaderSize + (8L * replaced);
        if (replaced < 0 || end + 4 > bytes.Length
            || Crc32.HashToUInt32(bytes.AsSpan(0, (int)end)) != BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan((int)end)))
        {
            throw Broken(path, 0, "its header does not match its checksum");
        }

        return new LogContent
        {
            Path = path,
            Dimensions = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12)),
            Capacity = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(16)),
            Number = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(20)),
            Replaces = [.. Enumerable.Range(0, replaced).Select(i => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(LogFormat.FixedHeaderSize + (8 * i))))],
        };
    }

    private static bool IsBatch(byte[] bytes, int offset, out int length)
    {
        length = 0;
        if (offset + LogFormat.BatchHeaderSize > bytes.Length || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(offset)) != LogFormat.BatchMark)
        {
            return false;
        }

        length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(offset + 4));
        return length > 0 && length <= bytes.Length - offset - LogFormat.BatchHeaderSize
            && Crc32.HashToUInt32(bytes.AsSpan(offset + LogFormat.BatchHeaderSize, length)) == BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(offset + 8));
    }

    // A crash tears only the end, and the end was acknowledged to nobody. A good batch behind a bad one means that the disk lost something.
    private void CheckNothingFollows(byte[] bytes, int offset)
    {
        if (Sealed)
        {
            throw Broken(Path, offset, "something follows its end");
        }

        Span<byte> mark = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(mark, LogFormat.BatchMark);
        for (var next = offset + 1; next < bytes.Length; next++)
        {
            var found = bytes.AsSpan(next).IndexOf(mark);
            if (found < 0)
            {
                return;
            }

            next += found;
            if (IsBatch(bytes, next, out _))
            {
                throw Broken(Path, offset, $"what is there does not match its checksum, while good records follow at {next}");
            }
        }
    }

    private void ReadBatch(byte[] bytes, int offset, int length, Func<ReadOnlySpan<byte>, ulong> hash)
    {
        var end = offset + length;
        while (offset < end)
        {
            var record = bytes.AsSpan(offset);
            switch (record[0])
            {
                case LogFormat.ItemKind:
                    var idBytes = BinaryPrimitives.ReadUInt16LittleEndian(record[9..]);
                    var payloadBytes = BinaryPrimitives.ReadInt32LittleEndian(record[11..]);
                    var size = LogFormat.ItemHeaderSize + idBytes + Math.Max(0, payloadBytes);
                    Items.Add(new ItemRecord(
                        offset, size, BinaryPrimitives.ReadInt64LittleEndian(record[1..]), hash(record.Slice(LogFormat.ItemHeaderSize, idBytes)), BinaryPrimitives.ReadUInt32LittleEndian(record[15..]), Math.Max(0, payloadBytes)));
                    offset += size;
                    break;
                case LogFormat.DeathKind:
                    Deaths.Add(new Death(BinaryPrimitives.ReadInt64LittleEndian(record[1..]), BinaryPrimitives.ReadInt32LittleEndian(record[9..])));
                    offset += LogFormat.DeathSize;
                    break;
                case LogFormat.SealKind:
                    Sealed = true;
                    offset++;
                    break;
                default:
                    throw Broken(Path, offset, $"there is no record of kind {record[0]}");
            }
        }
    }
}
