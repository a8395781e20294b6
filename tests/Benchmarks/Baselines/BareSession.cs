using Microsoft.ML.OnnxRuntime;

namespace MultiModalMesh.Benchmarks.Baselines;

/// <summary>ONNX Runtime as anyone would use it: a session with its own threads and the runtime's defaults.</summary>
internal static class BareSession
{
    public static InferenceSession Open(string path, int threads)
    {
        // The first session of a process decides whether there is one pool of threads for all; the mesh's sessions must find the process as they would alone.
        if (!OrtEnv.IsCreated)
        {
            throw new InvalidOperationException("Open the mesh's own model before a bare session.");
        }

        using var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
        };
        return new InferenceSession(path, options);
    }
}
