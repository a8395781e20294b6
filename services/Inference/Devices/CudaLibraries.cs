namespace MultiModalMesh.Inference.Devices;

/// <summary>The libraries that ONNX Runtime's CUDA provider is linked to and does not bring along.</summary>
internal static class CudaLibraries
{
    // The releases of ONNX Runtime from 1.27 on are built for 13; a build for 12 is still to be had. Which of the two a provider library wants is
    // not known before it is loaded.
    private static readonly int[] Generations = [13, 12];

    public static string Driver => OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";

    /// <summary>What is missing, with what to do, or null if nothing is.</summary>
    public static string? Missing(Func<string, bool> canLoad)
    {
        if (!canLoad(Driver))
        {
            return $"{Driver} cannot be loaded: install the NVIDIA driver, or give the container the GPU";
        }

        var generation = Array.Find(Generations, major => canLoad(Runtime(major)));
        if (generation == 0)
        {
            return $"{Runtime(Generations[0])} cannot be loaded, nor {Runtime(Generations[1])}: install the CUDA {Generations[0]} runtime and cuDNN 9";
        }

        return Array.Find(Toolkit(generation), library => !canLoad(library)) is { } missing
            ? $"{missing} cannot be loaded: install {(missing.Contains("cudnn", StringComparison.Ordinal) ? "cuDNN 9" : $"all of the CUDA {generation} runtime")}"
            : null;
    }

    private static string Runtime(int major) => OperatingSystem.IsWindows() ? $"cudart64_{major}.dll" : $"libcudart.so.{major}";

    private static string[] Toolkit(int major) => OperatingSystem.IsWindows()
        ? [$"cublasLt64_{major}.dll", $"cublas64_{major}.dll", "cudnn64_9.dll"]
        : [$"libcublasLt.so.{major}", $"libcublas.so.{major}", "libcudnn.so.9"];
}
