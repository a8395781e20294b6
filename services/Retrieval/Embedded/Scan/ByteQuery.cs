using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using MultiModalMesh.Retrieval.Embedded.Segments;

namespace MultiModalMesh.Retrieval.Embedded.Scan;

/// <summary>
/// A query of length 1 in 7 bits, moved to 0..126 so that processors can multiply it with signed bytes; 7 and not 8, because two products
/// of that size fit the 16 bits that AVX2 and AVX-512 add them in. Knows how far an approximate product may be off.
/// </summary>
internal sealed unsafe class ByteQuery
{
    private const int Shift = 63;

    private readonly byte[] _codes;
    private readonly float _scale;
    private readonly float _error;

    public ByteQuery(ReadOnlySpan<float> query)
    {
        Stride = RowCodes.StrideOf(query.Length);
        _codes = GC.AllocateArray<byte>(Stride, pinned: true);
        _scale = Math.Max(MathF.Abs(TensorPrimitives.MaxMagnitude(query)) / Shift, float.Epsilon);
        double missed = 0;
        for (var i = 0; i < query.Length; i++)
        {
            var code = (int)MathF.Round(query[i] / _scale);
            _codes[i] = (byte)(code + Shift);
            var error = query[i] - (_scale * (double)code);
            missed += error * error;
        }

        // What is behind the dimensions is zero in every row, whatever is here.
        _error = (float)(Math.Sqrt(missed) * 1.0001);
        Codes = (byte*)Unsafe.AsPointer(ref _codes[0]);
    }

    public int Stride { get; }

    public byte* Codes { get; }

    /// <summary>The product of the two, but for <see cref="Error"/>.</summary>
    public float Score(int product, in RowCode row) => _scale * row.Scale * (product - (Shift * row.Sum));

    /// <summary>
    /// How far <see cref="Score"/> is off at most. With the row x = x' + e and the query q = q' + f in codes and errors,
    /// qx - q'x' = qe + fx', and no product is larger than the lengths' (Cauchy and Schwarz); the rest is what floats round.
    /// </summary>
    public float Error(in RowCode row) => row.Error + (_error * (1 + row.Error)) + 4e-6f;

    /// <summary>The sum of the products of the codes.</summary>
    public int Product(sbyte* row)
    {
        if (Avx512BW.IsSupported)
        {
            var sum = Vector512<int>.Zero;
            for (var i = 0; i < Stride; i += 64)
            {
                sum += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(Vector512.Load(Codes + i), Vector512.Load(row + i)), Vector512<short>.One);
            }

            return Vector512.Sum(sum);
        }

        if (AvxVnni.IsSupported)
        {
            var (even, odd) = (Vector256<int>.Zero, Vector256<int>.Zero);
            for (var i = 0; i < Stride; i += 64)
            {
                even = AvxVnni.MultiplyWideningAndAdd(even, Vector256.Load(Codes + i), Vector256.Load(row + i));
                odd = AvxVnni.MultiplyWideningAndAdd(odd, Vector256.Load(Codes + i + 32), Vector256.Load(row + i + 32));
            }

            return Vector256.Sum(even + odd);
        }

        return Avx2.IsSupported ? ProductAvx2(row) : ProductAnywhere(row);
    }

    private int ProductAvx2(sbyte* row)
    {
        var sum = Vector256<int>.Zero;
        for (var i = 0; i < Stride; i += 32)
        {
            sum += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(Vector256.Load(Codes + i), Vector256.Load(row + i)), Vector256<short>.One);
        }

        return Vector256.Sum(sum);
    }

    private int ProductAnywhere(sbyte* row)
    {
        var sum = Vector128<int>.Zero;
        for (var i = 0; i < Stride; i += 16)
        {
            var (lowCodes, highCodes) = Vector128.Widen(Vector128.Load(Codes + i));
            var (lowRow, highRow) = Vector128.Widen(Vector128.Load(row + i));
            var (a, b) = Vector128.Widen(lowCodes.AsInt16() * lowRow);
            var (c, d) = Vector128.Widen(highCodes.AsInt16() * highRow);
            sum += a + b + c + d;
        }

        return Vector128.Sum(sum);
    }
}
