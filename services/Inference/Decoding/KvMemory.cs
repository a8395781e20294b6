using System.Runtime.InteropServices;
using MultiModalMesh.Inference.Telemetry;

namespace MultiModalMesh.Inference.Decoding;

/// <summary>Native memory for keys and values, counted to the byte.</summary>
/// <param name="use"><c>running</c> or <c>cached</c>, for the metric.</param>
internal sealed unsafe class KvMemory(string use)
{
    // A cache line, and what the widest vector instructions like best.
    private const nuint Alignment = 64;

    private long _bytes;

    /// <summary>What is allocated now. May be read by any thread.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>The most that was ever allocated at once.</summary>
    public long Peak { get; private set; }

    /// <summary>Not cleared. <see cref="Free"/> gives it back, with the same size.</summary>
    public byte* Allocate(long bytes)
    {
        var memory = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, 1), Alignment);
        Peak = Math.Max(Peak, Interlocked.Add(ref _bytes, bytes));
        InferenceInstruments.KvBytesChanged(use, bytes);
        return memory;
    }

    public void Free(byte* memory, long bytes)
    {
        if (memory != null)
        {
            NativeMemory.AlignedFree(memory);
            Interlocked.Add(ref _bytes, -bytes);
            InferenceInstruments.KvBytesChanged(use, -bytes);
        }
    }
}
