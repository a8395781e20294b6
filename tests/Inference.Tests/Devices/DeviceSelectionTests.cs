using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Devices;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Devices;

public sealed class DeviceSelectionTests
{
    [Fact]
    public void The_first_device_that_works_is_used_and_why_the_others_were_not_is_kept()
    {
        var device = Choose("cuda:0,cuda:1,cpu", new ScriptedCuda { Broken = [0] });

        Assert.Equal(("cuda:1", 1, "CUDAExecutionProvider"), (device.Device, device.CudaIndex, device.Provider));
        Assert.Equal(["cuda:0", "cuda:1", "cpu"], device.Configured);
        Assert.Equal("out of memory", device.Fallback);
        Assert.Equal($"NVIDIA L40S, GPU-{ScriptedCuda.Second}", device.Hardware);
    }

    [Fact]
    public void A_GPU_is_found_by_its_UUID_wherever_CUDA_counts_it()
    {
        var device = Choose($"cuda:GPU-{ScriptedCuda.Second}", new ScriptedCuda());

        Assert.Equal(("cuda:1", ""), (device.Device, device.Fallback));
    }

    [Theory]
    [InlineData("cuda:2")]
    [InlineData("cuda:GPU-33333333-0000-0000-0000-000000000000")]
    public void A_GPU_that_is_not_there_is_refused_with_those_that_are(string device) =>
        Refused(device, new ScriptedCuda(), $"Inference:Device is '{device}', but there is no such GPU; CUDA shows cuda:0 (NVIDIA L4, GPU-{ScriptedCuda.First}) and cuda:1 (");

    [Fact]
    public void A_build_without_the_provider_is_refused_with_the_build_that_has_it_and_what_else_is_missing()
    {
        Refused("cuda", new ScriptedCuda { HasProvider = false }, "-p:OnnxRuntime=Gpu");
        Refused("cuda", new ScriptedCuda { HasProvider = false, Missing = [CudaLibraries.Driver] }, $"-p:OnnxRuntime=Gpu; besides, {CudaLibraries.Driver} cannot be loaded");
    }

    [Fact]
    public void The_first_library_that_is_missing_is_named()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "They have other names there.");
        Refused("cuda", new ScriptedCuda { Missing = ["libcuda.so.1"] }, "but libcuda.so.1 cannot be loaded: install the NVIDIA driver");
        Refused("cuda", new ScriptedCuda { Missing = ["libcudart"] }, "libcudart.so.13 cannot be loaded, nor libcudart.so.12");
        Refused("cuda", new ScriptedCuda { Missing = ["libcublas.so"] }, "libcublas.so.13 cannot be loaded");
        Refused("cuda", new ScriptedCuda { Missing = ["libcudnn", ".so.13"] }, "libcudnn.so.9 cannot be loaded: install cuDNN 9");
        Assert.Null(CudaLibraries.Missing(new ScriptedCuda { Missing = [".so.13"] }.CanLoad));
    }

    [Fact]
    public void Where_no_device_works_a_reason_that_they_share_is_said_once_and_the_way_to_the_CPU_is_shown()
    {
        Refused("cuda:0,cuda:1", new ScriptedCuda { Broken = [0, 1] }, "but out of memory; to run on the CPU where it fails, set 'cuda:0,cuda:1,cpu'.");
        Refused("cuda:0,cuda:7", new ScriptedCuda { Broken = [0] }, "but cuda:0: out of memory; cuda:7: there is no such GPU");
    }

    [Fact]
    public void A_device_that_falls_back_to_the_CPU_says_so()
    {
        var device = Choose("cuda,cpu", new ScriptedCuda { Gpus = [] });

        Assert.Equal(("cpu", "CPUExecutionProvider", "CUDA shows no GPU to this process"), (device.Device, device.Provider, device.Fallback));
        Assert.Null(device.CudaIndex);
    }

    [Theory]
    [InlineData(0, "", 8, 8)]
    [InlineData(0, "0-3", 8, 4)]
    [InlineData(0, "0-3", 2, 2)]
    [InlineData(5, "0-3", 2, 5)]
    public void Threads_are_those_configured_else_what_the_process_may_use(int configured, string affinity, int available, int expected) =>
        Assert.Equal(expected, DeviceSelection.ThreadCount(new InferenceOptions { Threads = configured }, ProcessorSet.Parse(affinity), available));

    private static DeviceInUse Choose(string device, ICudaPlatform cuda) =>
        DeviceSelection.Choose(new InferenceOptions { Device = device }, ProcessorSet.Parse(""), 2, cuda);

    private static void Refused(string device, ICudaPlatform cuda, string because)
    {
        var error = Assert.Throws<MeshException>(() => Choose(device, cuda));
        Assert.Equal((ErrorReason.DeviceUnavailable, "Device"), (error.Reason, error.Field));
        Assert.Contains(because, error.Message, StringComparison.Ordinal);
    }
}
