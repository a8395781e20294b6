using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace MultiModalMesh.Inference.Decoding;

/// <summary>
/// Memory of one key or value tensor of a batch: the past, which a step reads, and the present, which it writes and which is the next step's
/// past. Both are dense <c>[rows, heads, length, width]</c> from their start, so that a last row can be added or dropped where it stands; a
/// row shorter than the batch's length has its padding in front.
/// </summary>
internal sealed unsafe class KvSlab(KvLayout layout, KvTensor tensor, KvMemory memory)
{
    private readonly int _positionBytes = layout.PositionBytes(tensor);
    private readonly int _widthBytes = tensor.Width * layout.ElementSize;
    private readonly long[] _shape = new long[4];
    private byte* _past;
    private byte* _present;
    private long _capacity;
    private OrtValue? _pastValue;
    private OrtValue? _presentValue;

    public OrtValue Past(int rows, int length) => _pastValue ??= View(_past, rows, length);

    public OrtValue Present(int rows, int length) => _presentValue ??= View(_present, rows, length);

    /// <summary>Makes what a step wrote the past of the next.</summary>
    public void Swap()
    {
        SwapMemory();
        _pastValue?.Dispose();
        (_pastValue, _presentValue) = (_presentValue, null);
    }

    /// <summary>Room for that many positions, rows times length, in past and present; keeps the first <paramref name="used"/> of the past.</summary>
    public void Resize(long positions, long used)
    {
        if (positions == _capacity)
        {
            return;
        }

        // In this order, so that never more is allocated than the new past and present together.
        Forget();
        memory.Free(_present, _capacity * _positionBytes);
        _present = null;
        var past = memory.Allocate(positions * _positionBytes);
        Copy(_past, past, used * _positionBytes);
        memory.Free(_past, _capacity * _positionBytes);
        _past = past;
        _capacity = positions;
        _present = memory.Allocate(positions * _positionBytes);
    }

    /// <summary>Moves the rows to another length: more padding in front, or less.</summary>
    public void Relayout(ReadOnlySpan<int> rowLengths, int length, int newLength)
    {
        for (var row = 0; row < rowLengths.Length; row++)
        {
            CopyRow(At(_past, row, length), length, At(_present, row, newLength), newLength, rowLengths[row]);
        }

        Forget();
        SwapMemory();
    }

    /// <summary>Adds the rows of another slab behind the <paramref name="rows"/> that are here, and frees the other's memory.</summary>
    public void Take(KvSlab other, ReadOnlySpan<int> otherLengths, int otherLength, int rows, int length)
    {
        Forget();
        for (var row = 0; row < otherLengths.Length; row++)
        {
            CopyRow(At(other._past, row, otherLength), otherLength, At(_past, rows + row, length), length, otherLengths[row]);
        }

        other.Free();
    }

    public void FreePresent()
    {
        Forget();
        memory.Free(_present, _capacity * _positionBytes);
        _present = null;
    }

    /// <summary>Puts one row in the place of another.</summary>
    public void MoveRow(int from, int to, int length)
    {
        Forget();
        Copy(At(_past, from, length), At(_past, to, length), (long)length * _positionBytes);
    }

    public void RowsChanged() => Forget();

    /// <summary>Copies positions of a row out, as <c>[heads, count, width]</c>. Returns the end of what was written.</summary>
    public byte* Read(int row, int length, int start, int count, byte* target)
    {
        for (var head = 0; head < tensor.Heads; head++)
        {
            Copy(At(_past, row, length) + ((((long)head * length) + start) * _widthBytes), target, (long)count * _widthBytes);
            target += (long)count * _widthBytes;
        }

        return target;
    }

    /// <summary>Copies the first <paramref name="count"/> positions of <c>[heads, available, width]</c> into a row. Returns the end of what could be read.</summary>
    public byte* Write(int row, int length, int start, int count, int available, byte* source)
    {
        for (var head = 0; head < tensor.Heads; head++)
        {
            Copy(source, At(_past, row, length) + ((((long)head * length) + start) * _widthBytes), (long)count * _widthBytes);
            source += (long)available * _widthBytes;
        }

        return source;
    }

    public void Free()
    {
        FreePresent();
        memory.Free(_past, _capacity * _positionBytes);
        _past = null;
        _capacity = 0;
    }

    private void SwapMemory()
    {
        var past = _past;
        _past = _present;
        _present = past;
    }

    private byte* At(byte* slab, int row, int length) => slab + ((long)row * length * _positionBytes);

    private void CopyRow(byte* source, int sourceLength, byte* target, int targetLength, int count)
    {
        for (var head = 0; head < tensor.Heads; head++)
        {
            // Padding is masked, but must be finite: zero times NaN is NaN.
            var padding = (long)(targetLength - count) * _widthBytes;
            NativeMemory.Clear(target, (nuint)padding);
            Copy(source + ((long)(sourceLength - count) * _widthBytes), target + padding, (long)count * _widthBytes);
            source += (long)sourceLength * _widthBytes;
            target += (long)targetLength * _widthBytes;
        }
    }

    private OrtValue View(byte* slab, int rows, int length)
    {
        (_shape[0], _shape[1], _shape[2], _shape[3]) = (rows, tensor.Heads, length, tensor.Width);
        return OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, layout.Type, _shape, (nint)slab, (long)rows * length * _positionBytes);
    }

    private void Forget()
    {
        _pastValue?.Dispose();
        _presentValue?.Dispose();
        (_pastValue, _presentValue) = (null, null);
    }

    private static void Copy(byte* source, byte* target, long bytes) => Buffer.MemoryCopy(source, target, bytes, bytes);
}
