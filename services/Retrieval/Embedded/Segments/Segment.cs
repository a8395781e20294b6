using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MultiModalMesh.Retrieval.Collections;

namespace MultiModalMesh.Retrieval.Embedded.Segments;

/// <summary>
/// Some thousands of a collection's rows in three files: a log of ids, payloads and deaths, the vectors, and their 8-bit codes. Rows are
/// only ever added, by one writer; readers see those that a state counts. Lives until the last state that has it is released.
/// </summary>
#pragma warning disable CA1001 // Release is what disposes: a segment has as many owners as states.
internal sealed unsafe class Segment
#pragma warning restore CA1001
{
    private readonly string _path;
    private readonly SafeFileHandle _log;
    private readonly Mapping _vectors;
    private readonly int[] _offsets;
    private readonly int[] _lengths;
    private readonly long[] _sequences;
    private readonly List<Death> _deaths;
    private int _references = 1;
    private volatile bool _retired;

    private Segment(string path, SafeFileHandle log, int dimensions, int capacity, long number, List<Death> deaths)
    {
        (_path, _log, Dimensions, Capacity, Number, _deaths) = (path, log, dimensions, capacity, number, deaths);
        _vectors = new Mapping(VectorFile(path), Math.Max(1, (long)capacity * dimensions * sizeof(float)));
        Codes = new RowCodes(CodeFile(path), dimensions, Math.Max(1, capacity));
        (_offsets, _lengths, _sequences) = (new int[capacity], new int[capacity], new long[capacity]);
    }

    public long Number { get; }

    public int Dimensions { get; }

    public int Capacity { get; }

    /// <summary>Rows written; a state may count fewer.</summary>
    public int Rows { get; private set; }

    /// <summary>Where the next batch goes.</summary>
    public long LogEnd { get; private set; }

    public bool Sealed { get; private set; }

    /// <summary>Payload bytes of all rows.</summary>
    public long PayloadBytes { get; private set; }

    /// <summary>Rows of this and other segments that this one's log declares dead.</summary>
    public IReadOnlyList<Death> Deaths => _deaths;

    public RowCodes Codes { get; }

    /// <summary>Row-major <c>[rows, dimensions]</c>, rows of length 1.</summary>
    public float* Vectors => (float*)_vectors.Address;

    public string LogPath => LogFile(_path);

    /// <summary>When the first of its rows died that are still in its files, in ticks of the clock; 0 if none has.</summary>
    public long DeadSince { get; set; }

    public ReadOnlySpan<float> Vector(int row) => new(Vectors + ((long)row * Dimensions), Dimensions);

    public long Sequence(int row) => _sequences[row];

    /// <summary>The first row written behind a place.</summary>
    public int FirstRowAfter(long sequence, int count)
    {
        var found = _sequences.AsSpan(0, count).BinarySearch(sequence);
        return found < 0 ? ~found : found + 1;
    }

    /// <summary>Makes the files of a new segment; it is not there for a later start before <see cref="Commit"/> named its log.</summary>
    public static Segment Create(string folder, long number, int dimensions, int capacity, IReadOnlyList<long> replaces)
    {
        var path = PathOf(folder, number);
        Delete(path);
        var header = LogFormat.Header(dimensions, capacity, number, replaces);
        var log = File.OpenHandle(Unfinished(path), FileMode.Create, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        RandomAccess.Write(log, header, 0);
        return new Segment(path, log, dimensions, capacity, number, []) { LogEnd = header.Length };
    }

    /// <summary>Opens a segment that <see cref="LogContent.Read"/> has read.</summary>
    /// <exception cref="Errors.MeshException"><see cref="Errors.ErrorReason.StorageFailed"/> with the file and the offset.</exception>
    public static Segment Open(string folder, LogContent content)
    {
        var path = PathOf(folder, content.Number);
        var vectors = new FileInfo(VectorFile(path));
        if (!vectors.Exists || vectors.Length < (long)content.Capacity * content.Dimensions * sizeof(float))
        {
            throw LogContent.Broken(vectors.FullName, vectors.Exists ? vectors.Length : 0, "the file is shorter than it was");
        }

        var log = File.OpenHandle(LogFile(path), FileMode.Open, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        var segment = new Segment(path, log, content.Dimensions, content.Capacity, content.Number, content.Deaths) { Sealed = content.Sealed };
        try
        {
            segment.Take(content);
            return segment;
        }
        catch
        {
            segment.Release();
            throw;
        }
    }

    public bool HasRoomFor(int rows) => !Sealed && Rows + rows <= Capacity && LogEnd < CollectionLayout.LargestLog;

    /// <summary>Writes rows and the batch that tells of them, and returns when both are on disk.</summary>
    /// <param name="items">Their vectors and records; the offsets are within <paramref name="batch"/>.</param>
    public void Append(LogBatch batch, IReadOnlyList<(IndexedItem Item, long Sequence, int Offset, int Length)> items, IReadOnlyList<Death> deaths)
    {
        if (items.Count > 0)
        {
            var floats = ArrayPool<float>.Shared.Rent(items.Count * Dimensions);
            var vectors = floats.AsSpan(0, items.Count * Dimensions);
            for (var i = 0; i < items.Count; i++)
            {
                items[i].Item.Vector.CopyTo(vectors[(i * Dimensions)..]);
            }

            _vectors.Write(MemoryMarshal.AsBytes(vectors), (long)Rows * Dimensions * sizeof(float));
            Codes.Write(Rows, vectors);
            ArrayPool<float>.Shared.Return(floats);
        }

        var bytes = batch.Close().ToArray();
        RandomAccess.Write(_log, bytes, LogEnd);

        // In any order: the log has a checksum of every vector, so a batch counts only if both arrived.
        if (items.Count > 0)
        {
            Parallel.Invoke(_vectors.Flush, () => RandomAccess.FlushToDisk(_log));
        }
        else
        {
            RandomAccess.FlushToDisk(_log);
        }

        for (var i = 0; i < items.Count; i++)
        {
            var (item, sequence, offset, length) = items[i];
            (_offsets[Rows + i], _lengths[Rows + i], _sequences[Rows + i]) = ((int)LogEnd + offset, length, sequence);
            PayloadBytes += item.Payload?.Length ?? 0;
        }

        _deaths.AddRange(deaths);
        Rows += items.Count;
        LogEnd += bytes.Length;
    }

    /// <summary>Takes back what a failed <see cref="Append"/> may have left, so that the next one begins where the last good one ended.</summary>
    public void DropUnfinished() => RandomAccess.SetLength(_log, LogEnd);

    /// <summary>Says for good that nothing follows.</summary>
    public void Seal()
    {
        if (!Sealed)
        {
            Codes.Seal(Rows);
            var batch = new LogBatch();
            batch.AddSeal();
            Append(batch, [], []);
            Sealed = true;
        }
    }

    /// <summary>Gives the log its name: from here on the segment is there, and those that it replaces are not.</summary>
    public void Commit()
    {
        _vectors.Flush();
        RandomAccess.FlushToDisk(_log);
        File.Move(Unfinished(_path), LogFile(_path));
        CollectionLayout.FlushFolder(Path.GetDirectoryName(_path)!);
    }

    /// <summary>A row's id and payload, from the log.</summary>
    public (string Id, byte[]? Payload) Read(int row)
    {
        var record = ArrayPool<byte>.Shared.Rent(_lengths[row]);
        try
        {
            var span = record.AsSpan(0, _lengths[row]);
            if (RandomAccess.Read(_log, span, _offsets[row]) != span.Length)
            {
                throw LogContent.Broken(LogPath, _offsets[row], "the file is shorter than it was");
            }

            var idEnd = LogFormat.ItemHeaderSize + BinaryPrimitives.ReadUInt16LittleEndian(span[9..]);
            var payload = BinaryPrimitives.ReadInt32LittleEndian(span[11..]);
            return (Encoding.UTF8.GetString(span[LogFormat.ItemHeaderSize..idEnd]), payload < 0 ? null : span[idEnd..].ToArray());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(record);
        }
    }

    /// <summary>Compares a vector with the checksum in its record.</summary>
    /// <exception cref="Errors.MeshException"><see cref="Errors.ErrorReason.StorageFailed"/> with the file and the offset.</exception>
    public void Verify(int row)
    {
        Span<byte> head = stackalloc byte[LogFormat.ItemHeaderSize];
        _ = RandomAccess.Read(_log, head, _offsets[row]);
        if (LogFormat.VectorCrc(Vector(row)) != BinaryPrimitives.ReadUInt32LittleEndian(head[15..]))
        {
            throw LogContent.Broken(VectorFile(_path), (long)row * Dimensions * sizeof(float), "the vector does not match its checksum");
        }
    }

    public void Acquire() => Interlocked.Increment(ref _references);

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) > 0)
        {
            return;
        }

        _vectors.Dispose();
        Codes.Dispose();
        _log.Dispose();
        if (_retired)
        {
            Delete(_path);
        }
    }

    /// <summary>Deletes the files once nobody reads them any more.</summary>
    public void Retire() => _retired = true;

    public static string PathOf(string folder, long number) => Path.Combine(folder, $"{number:D10}");

    public static string LogFile(string path) => path + ".log";

    public static void Delete(string path)
    {
        // The log first: without it the others are nothing.
        foreach (var file in (ReadOnlySpan<string>)[LogFile(path), Unfinished(path), VectorFile(path), CodeFile(path)])
        {
            File.Delete(file);
        }
    }

    private static string Unfinished(string path) => path + ".unfinished";

    private static string VectorFile(string path) => path + ".vectors";

    private static string CodeFile(string path) => path + ".codes";

    private void Take(LogContent content)
    {
        // Of a sealed segment everything was on disk before the seal was; another may end in a batch whose vectors did not arrive.
        if (!content.Sealed)
        {
            VerifyUnsealed(content);
            RandomAccess.SetLength(_log, content.End);
        }

        for (var row = 0; row < content.Items.Count; row++)
        {
            var item = content.Items[row];
            (_offsets[row], _lengths[row], _sequences[row]) = (item.Offset, item.Length, item.Sequence);
            PayloadBytes += item.PayloadBytes;
        }

        Rows = content.Items.Count;
        LogEnd = content.End;
        const int atOnce = 1024;
        for (var row = Math.Min(Codes.DurableRows, Rows); row < Rows; row += atOnce)
        {
            var count = Math.Min(atOnce, Rows - row);
            Codes.Write(row, new ReadOnlySpan<float>(Vectors + ((long)row * Dimensions), count * Dimensions));
        }
    }

    private void VerifyUnsealed(LogContent content)
    {
        for (var row = 0; row < content.Items.Count; row++)
        {
            if (LogFormat.VectorCrc(Vector(row)) == content.Items[row].VectorCrc)
            {
                continue;
            }

            if (content.Batches.Count == 0 || row < (content.Batches.Count > 1 ? content.Batches[^2].Rows : 0))
            {
                throw LogContent.Broken(VectorFile(_path), (long)row * Dimensions * sizeof(float), "the vector does not match its checksum");
            }

            content.DropLastBatch();
            return;
        }
    }
}
