using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MultiModalMesh.Retrieval.Embedded.Segments;

/// <summary>How to read a row's bytes back: <c>x ≈ Scale * code</c>.</summary>
/// <param name="Scale">The largest number of the row over 127.</param>
/// <param name="Sum">Of all codes of the row; a product with a query that is shifted to unsigned is corrected by it.</param>
/// <param name="Error">Length of what the codes miss of the row, rounded up: the product with a query of length 1 is off by no more.</param>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal readonly record struct RowCode(float Scale, int Sum, float Error);

/// <summary>
/// The rows of a segment in 8 bits, for a first look at a quarter of the bytes: <c>[header 64][capacity RowCode][capacity, stride] sbyte</c>.
/// Made from the vectors, so they need not be durable: the header says how many rows are, and the others are made again.
/// </summary>
internal sealed unsafe class RowCodes : IDisposable
{
    private const int HeaderSize = 64;
    private const int Alignment = 64;
    private const long Magic = 0x31_45_44_4F_43_4D_4D; // "MMCODE1"

    private readonly Mapping _mapping;
    private readonly int _dimensions;
    private readonly long _rowsOffset;

    public RowCodes(string path, int dimensions, int capacity)
    {
        _dimensions = dimensions;
        Stride = StrideOf(dimensions);
        _rowsOffset = (HeaderSize + ((long)capacity * sizeof(RowCode)) + Alignment - 1) / Alignment * Alignment;
        _mapping = new Mapping(path, _rowsOffset + ((long)capacity * Stride));
        Codes = (RowCode*)(_mapping.Address + HeaderSize);
        Rows = (sbyte*)(_mapping.Address + _rowsOffset);
        var header = new ReadOnlySpan<byte>(_mapping.Address, HeaderSize);
        DurableRows = BinaryPrimitives.ReadInt64LittleEndian(header) == Magic ? BinaryPrimitives.ReadInt32LittleEndian(header[8..]) : 0;
    }

    /// <summary>Bytes from row to row; what is behind the dimensions is zero.</summary>
    public int Stride { get; }

    public RowCode* Codes { get; }

    public sbyte* Rows { get; }

    /// <summary>Rows that were on disk when the header was written.</summary>
    public int DurableRows { get; }

    public static int StrideOf(int dimensions) => (dimensions + Alignment - 1) / Alignment * Alignment;

    /// <summary>Makes the codes of rows that follow each other.</summary>
    public void Write(int firstRow, ReadOnlySpan<float> vectors)
    {
        var count = vectors.Length / _dimensions;
        var rows = new sbyte[count * Stride];
        var codes = new RowCode[count];
        for (var i = 0; i < count; i++)
        {
            codes[i] = Encode(vectors.Slice(i * _dimensions, _dimensions), rows.AsSpan(i * Stride, _dimensions));
        }

        _mapping.Write(MemoryMarshal.AsBytes<sbyte>(rows), _rowsOffset + ((long)firstRow * Stride));
        _mapping.Write(MemoryMarshal.AsBytes<RowCode>(codes), HeaderSize + ((long)firstRow * sizeof(RowCode)));
    }

    /// <summary>Makes the first rows durable, and says so.</summary>
    public void Seal(int rows)
    {
        _mapping.Flush();
        Span<byte> header = stackalloc byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(header, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], rows);
        _mapping.Write(header, 0);
    }

    public void Dispose() => _mapping.Dispose();

    [SkipLocalsInit]
    private static RowCode Encode(ReadOnlySpan<float> vector, Span<sbyte> row)
    {
        var largest = MathF.Abs(TensorPrimitives.MaxMagnitude(vector));
        if (largest == 0)
        {
            return default;
        }

        var scale = largest / 127;
        int sum = 0;
        double missed = 0;
        for (var i = 0; i < vector.Length; i++)
        {
            var code = (int)MathF.Round(vector[i] / scale);
            row[i] = (sbyte)code;
            sum += code;
            var error = vector[i] - (scale * (double)code);
            missed += error * error;
        }

        // A little more than it is: the sum above is rounded, too.
        return new RowCode(scale, sum, (float)(Math.Sqrt(missed) * 1.0001));
    }
}
