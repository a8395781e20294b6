using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Microsoft.ML.OnnxRuntime;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Sessions;

namespace MultiModalMesh.Inference.Devices;

/// <summary>CUDA on this machine, for this build.</summary>
/// <param name="threads">Of the pool, which is made with the environment that is asked for its providers.</param>
/// <param name="options">How a GPU is tried.</param>
internal sealed partial class CudaPlatform(int threads, CudaOptions options) : ICudaPlatform
{
    public const string ProviderName = "CUDAExecutionProvider";

    public bool HasProvider => OrtRuntime.Providers(threads).Contains(ProviderName);

    public bool CanLoad(string library) => NativeLibrary.TryLoad(library, out _);

    public IReadOnlyList<CudaGpu> ListGpus() => CudaDriver.ListGpus();

    public void Try(int index)
    {
        try
        {
            using var settings = OrtRuntime.CreateSessionOptions(threads);
            Append(settings, index, options);
            TrialGraph.Run(settings);
        }
        catch (OnnxRuntimeException e)
        {
            throw new MeshException(ErrorReason.DeviceUnavailable, Explain(e.Message), e);
        }
    }

    /// <summary>Makes a session run on a GPU.</summary>
    public static void Append(SessionOptions settings, int index, CudaOptions options)
    {
        using var provider = new OrtCUDAProviderOptions();
        provider.UpdateOptions(Settings(index, options));
        settings.AppendExecutionProvider_CUDA(provider);
    }

    /// <summary>In the provider's words.</summary>
    public static Dictionary<string, string> Settings(int index, CudaOptions options)
    {
        var settings = new Dictionary<string, string>
        {
            ["device_id"] = index.ToString(CultureInfo.InvariantCulture),
            ["arena_extend_strategy"] = options.Arena switch
            {
                CudaArena.SameAsRequested => "kSameAsRequested",
                _ => "kNextPowerOfTwo",
            },
            ["cudnn_conv_algo_search"] = options.Convolution switch
            {
                CudaConvolution.Exhaustive => "EXHAUSTIVE",
                CudaConvolution.Default => "DEFAULT",
                _ => "HEURISTIC",
            },
        };
        if (options.MemoryLimitBytes > 0)
        {
            settings["gpu_mem_limit"] = options.MemoryLimitBytes.ToString(CultureInfo.InvariantCulture);
        }

        return settings;
    }

    /// <summary>The loader's message stands at the end of a long one of ONNX Runtime's, and names a library that this build needs and the probe does not know of.</summary>
    public static string Explain(string message) =>
        MissingLibrary().Match(message) is { Success: true } missing
            ? $"{missing.Groups["library"].Value}, which ONNX Runtime's CUDA provider needs, cannot be loaded"
            : $"ONNX Runtime cannot use it: {message.Split('\n')[0].TrimEnd('.')}";

    [GeneratedRegex(@"(?<library>[^\s:/]+\.so[.\d]*): cannot open shared object file")]
    private static partial Regex MissingLibrary();
}
