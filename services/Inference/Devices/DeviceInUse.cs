namespace MultiModalMesh.Inference.Devices;

/// <summary>Where the models of a process run.</summary>
public sealed record DeviceInUse
{
    /// <summary>What was configured, the best first.</summary>
    public required IReadOnlyList<string> Configured { get; init; }

    /// <summary><c>cpu</c>, or <c>cuda:</c> with the index by which CUDA knows the device.</summary>
    public required string Device { get; init; }

    /// <summary>ONNX Runtime's execution provider, such as <c>CPUExecutionProvider</c>.</summary>
    public required string Provider { get; init; }

    /// <summary>The GPU's name and UUID; empty for the CPU.</summary>
    public string Hardware { get; init; } = "";

    /// <summary>Why not the first of <see cref="Configured"/>; empty if it is.</summary>
    public string Fallback { get; init; } = "";

    /// <summary>Threads of the one pool that all sessions share. With a GPU it runs what the GPU's provider does not know.</summary>
    public required int Threads { get; init; }

    /// <summary>The processors that this process was bound to, such as <c>0-3,8</c>; empty: it was not.</summary>
    public string Processors { get; init; } = "";

    /// <summary>Null for the CPU.</summary>
    internal int? CudaIndex { get; init; }

    /// <summary>One sentence about all of it.</summary>
    public string Describe()
    {
        var hardware = Hardware.Length > 0 ? $", {Hardware}" : "";
        var processors = Processors.Length > 0 ? $" on processors {Processors}" : "";
        return $"Models run on {Device} ({Provider}{hardware}) with {Threads} {(Threads == 1 ? "thread" : "threads")}{processors}.";
    }
}
