using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Devices;

namespace MultiModalMesh.Inference.Tests.Devices;

/// <summary>A machine with two GPUs and all of CUDA 13, but for what a test takes away.</summary>
internal sealed class ScriptedCuda : ICudaPlatform
{
    public static readonly Guid First = Guid.Parse("11111111-0000-0000-0000-000000000000");
    public static readonly Guid Second = Guid.Parse("22222222-0000-0000-0000-000000000000");

    public bool HasProvider { get; init; } = true;

    /// <summary>Parts of names of libraries.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [".so.12", "64_12"];

    public IReadOnlyList<CudaGpu> Gpus { get; init; } = [new(0, First, "NVIDIA L4", 24L << 30), new(1, Second, "NVIDIA L40S", 48L << 30)];

    /// <summary>GPUs that ONNX Runtime cannot use.</summary>
    public IReadOnlyList<int> Broken { get; init; } = [];

    public bool CanLoad(string library) => !Missing.Any(part => library.Contains(part, StringComparison.Ordinal));

    public IReadOnlyList<CudaGpu> ListGpus() => Gpus;

    public void Try(int index)
    {
        if (Broken.Contains(index))
        {
            throw new MeshException(ErrorReason.DeviceUnavailable, "out of memory");
        }
    }
}
