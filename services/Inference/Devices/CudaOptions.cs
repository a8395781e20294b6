using System.ComponentModel.DataAnnotations;

namespace MultiModalMesh.Inference.Devices;

/// <summary>How the arena of a graph grows on the device: <c>arena_extend_strategy</c> of the CUDA provider.</summary>
public enum CudaArena
{
    /// <summary>By powers of two: few requests to the driver, up to twice the memory.</summary>
    NextPowerOfTwo,

    /// <summary>By what is needed.</summary>
    SameAsRequested,
}

/// <summary>How cuDNN's convolution is chosen for a shape: <c>cudnn_conv_algo_search</c> of the CUDA provider.</summary>
public enum CudaConvolution
{
    /// <summary>By rules, at once.</summary>
    Heuristic,

    /// <summary>By timing all of them, for every new shape.</summary>
    Exhaustive,

    /// <summary>Always the same.</summary>
    Default,
}

/// <summary>How the CUDA provider is run.</summary>
public sealed class CudaOptions
{
    /// <summary>
    /// Bytes that the arena of one graph may take on the device; 0: no limit. A pack has up to four graphs, each with an arena, and what CUDA and
    /// cuDNN take for themselves comes on top.
    /// </summary>
    [Range(0, long.MaxValue)]
    public long MemoryLimitBytes { get; set; }

    public CudaArena Arena { get; set; } = CudaArena.NextPowerOfTwo;

    // The provider's own default, exhaustive, would stop the service to try all algorithms for each batch size that comes by.
    public CudaConvolution Convolution { get; set; } = CudaConvolution.Heuristic;
}
