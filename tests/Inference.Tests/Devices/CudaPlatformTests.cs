using Microsoft.ML.OnnxRuntime;
using MultiModalMesh.Inference.Devices;
using MultiModalMesh.Inference.Sessions;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Devices;

public sealed class CudaPlatformTests
{
    [Fact]
    public void Options_are_told_to_the_provider_in_its_own_words()
    {
        var settings = CudaPlatform.Settings(1, new CudaOptions { MemoryLimitBytes = 2L << 30, Arena = CudaArena.SameAsRequested, Convolution = CudaConvolution.Exhaustive });

        Assert.Equal(
            new() { ["device_id"] = "1", ["gpu_mem_limit"] = "2147483648", ["arena_extend_strategy"] = "kSameAsRequested", ["cudnn_conv_algo_search"] = "EXHAUSTIVE" },
            settings);
        Assert.DoesNotContain("gpu_mem_limit", CudaPlatform.Settings(0, new CudaOptions()));
    }

    // What ONNX Runtime 1.2x says on Linux.
    [Theory]
    [InlineData(
        "[ErrorCode:Fail] /onnxruntime_src/onnxruntime/core/session/provider_bridge_ort.cc:1209 onnxruntime::Provider& onnxruntime::ProviderLibrary::Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load library libonnxruntime_providers_cuda.so with error: libcufft.so.12: cannot open shared object file: No such file or directory\n",
        "libcufft.so.12, which ONNX Runtime's CUDA provider needs, cannot be loaded")]
    [InlineData("[ErrorCode:Fail] CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version ; GPU=0.\nmore", "ONNX Runtime cannot use it: [ErrorCode:Fail] CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version ; GPU=0")]
    public void A_provider_that_cannot_be_loaded_is_explained_by_its_library(string message, string expected) =>
        Assert.Equal(expected, CudaPlatform.Explain(message));

    [Fact]
    public void The_graph_that_a_GPU_is_tried_with_runs()
    {
        using var settings = OrtRuntime.CreateSessionOptions(threads: 1);

        Assert.Equal(-1, TrialGraph.Run(settings));
    }

    [Fact]
    public void This_build_knows_whether_it_has_the_provider()
    {
        var providers = OrtRuntime.Providers(1);

        Assert.Contains("CPUExecutionProvider", providers);
        Assert.Equal(providers.Contains("CUDAExecutionProvider"), new CudaPlatform(1, new CudaOptions()).HasProvider);
        Assert.Equal(OrtEnv.Instance().GetAvailableProviders(), providers);
    }
}
