using MultiModalMesh.Errors;

namespace MultiModalMesh.Inference.Devices;

/// <summary>A GPU that CUDA shows to this process.</summary>
internal sealed record CudaGpu(int Index, Guid Uuid, string Name, long MemoryBytes);

/// <summary>What a machine has of CUDA.</summary>
internal interface ICudaPlatform
{
    /// <summary>Whether this build's ONNX Runtime has the CUDA provider at all.</summary>
    bool HasProvider { get; }

    /// <summary>Whether the system's loader finds a library.</summary>
    bool CanLoad(string library);

    /// <summary>In CUDA's order.</summary>
    /// <exception cref="MeshException">DeviceUnavailable: the driver refuses.</exception>
    IReadOnlyList<CudaGpu> ListGpus();

    /// <summary>Runs a graph of one node on a GPU.</summary>
    /// <exception cref="MeshException">DeviceUnavailable: the provider cannot be loaded, or does not work.</exception>
    void Try(int index);
}
