using System.Runtime.InteropServices;

namespace MultiModalMesh.Inference.Decoding;

/// <summary>Native memory that grows and stays: inputs and outputs of steps live in it. Not safe for concurrent use.</summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private byte* _memory;
    private long _bytes;

    public nint Address => (nint)_memory;

    /// <summary>At least that much; what was in it is lost when it must grow.</summary>
    public void Reserve(long bytes)
    {
        if (bytes > _bytes)
        {
            Dispose();
            _memory = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, 64);
            _bytes = bytes;
        }
    }

    public Span<T> Span<T>(int count)
        where T : unmanaged => new(_memory, count);

    /// <param name="start">In elements.</param>
    public Span<T> Span<T>(long start, int count)
        where T : unmanaged => new((T*)_memory + start, count);

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
        _bytes = 0;
    }
}
