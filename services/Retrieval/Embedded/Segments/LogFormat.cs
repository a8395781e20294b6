using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using MultiModalMesh.Retrieval.Collections;

namespace MultiModalMesh.Retrieval.Embedded.Segments;

/// <summary>A row of a segment that is no item any more: replaced or deleted.</summary>
internal readonly record struct Death(long Segment, int Row);

/// <summary>
/// The bytes of a segment's log. First a header, then batches; a batch is one write, all or none. Little-endian.
/// <code>
/// header  "MMSEGLOG" version:i32 dimensions:i32 capacity:i32 number:i64 replaces:i32 [number:i64…] crc:u32
/// batch   0x48435442 length:i32 crc:u32 body
/// item    1 sequence:i64 idBytes:u16 payloadBytes:i32 vectorCrc:u32 id payload      (payloadBytes -1: none)
/// death   2 segment:i64 row:i32
/// seal    3                                                                         (nothing follows)
/// </code>
/// </summary>
internal static class LogFormat
{
    public const int Version = 1;
    public const int BatchHeaderSize = 12;
    public const int ItemHeaderSize = 19;
    public const uint BatchMark = 0x48435442;
    public const byte ItemKind = 1;
    public const byte DeathKind = 2;
    public const byte SealKind = 3;
    public const int DeathSize = 13;
    public const int FixedHeaderSize = 32;

    public static ReadOnlySpan<byte> Mark => "MMSEGLOG"u8;

    public static byte[] Header(int dimensions, int capacity, long number, IReadOnlyList<long> replaces)
    {
        var header = new byte[FixedHeaderSize + (8 * replaces.Count) + 4];
        Mark.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), dimensions);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(16), capacity);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(20), number);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(28), replaces.Count);
        for (var i = 0; i < replaces.Count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(FixedHeaderSize + (8 * i)), replaces[i]);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(header.Length - 4), Crc32.HashToUInt32(header.AsSpan(0, header.Length - 4)));
        return header;
    }

    public static uint VectorCrc(ReadOnlySpan<float> vector) => Crc32.HashToUInt32(MemoryMarshal.AsBytes(vector));
}

/// <summary>A batch in the making.</summary>
internal sealed class LogBatch
{
    private readonly ArrayBufferWriter<byte> _bytes = new(4096);

    public LogBatch() => _bytes.Advance(Zeroed(LogFormat.BatchHeaderSize));

    public int Length => _bytes.WrittenCount;

    public bool IsEmpty => _bytes.WrittenCount == LogFormat.BatchHeaderSize;

    /// <returns>Where the record begins within the batch.</returns>
    public int AddItem(long sequence, string id, ReadOnlySpan<float> vector, byte[]? payload) => AddItem(sequence, Encoding.UTF8.GetBytes(id), LogFormat.VectorCrc(vector), payload);

    private int AddItem(long sequence, ReadOnlySpan<byte> id, uint vectorCrc, byte[]? payload)
    {
        var at = Length;
        var size = LogFormat.ItemHeaderSize + id.Length + (payload?.Length ?? 0);
        var span = _bytes.GetSpan(size);
        span[0] = LogFormat.ItemKind;
        BinaryPrimitives.WriteInt64LittleEndian(span[1..], sequence);
        BinaryPrimitives.WriteUInt16LittleEndian(span[9..], (ushort)id.Length);
        BinaryPrimitives.WriteInt32LittleEndian(span[11..], payload?.Length ?? -1);
        BinaryPrimitives.WriteUInt32LittleEndian(span[15..], vectorCrc);
        id.CopyTo(span[LogFormat.ItemHeaderSize..]);
        payload.CopyTo(span[(LogFormat.ItemHeaderSize + id.Length)..]);
        _bytes.Advance(size);
        return at;
    }

    public void AddDeath(Death death)
    {
        var span = _bytes.GetSpan(LogFormat.DeathSize);
        span[0] = LogFormat.DeathKind;
        BinaryPrimitives.WriteInt64LittleEndian(span[1..], death.Segment);
        BinaryPrimitives.WriteInt32LittleEndian(span[9..], death.Row);
        _bytes.Advance(LogFormat.DeathSize);
    }

    /// <summary>Says that the segment is complete: what is missing at its end from now on was lost.</summary>
    public void AddSeal()
    {
        _bytes.GetSpan(1)[0] = LogFormat.SealKind;
        _bytes.Advance(1);
    }

    /// <summary>The finished bytes.</summary>
    public ReadOnlySpan<byte> Close()
    {
        var bytes = MemoryMarshal.AsMemory(_bytes.WrittenMemory).Span;
        var body = bytes[LogFormat.BatchHeaderSize..];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, LogFormat.BatchMark);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], Crc32.HashToUInt32(body));
        return bytes;
    }

    private int Zeroed(int size)
    {
        _bytes.GetSpan(size)[..size].Clear();
        return size;
    }
}
