using Microsoft.ML.OnnxRuntime;

namespace MultiModalMesh.Inference.Sessions;

/// <summary>The one ONNX Runtime environment of a process, with one thread pool that all sessions share.</summary>
internal static class OrtRuntime
{
    private static readonly Lock Gate = new();
    private static bool? _sharesThreads;

    /// <summary>Settings for a new session; dispose them when it is open.</summary>
    public static SessionOptions CreateSessionOptions(InferenceOptions options)
    {
        var threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        var settings = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        if (SharesThreads(threads))
        {
            settings.DisablePerSessionThreads();
        }
        else
        {
            settings.IntraOpNumThreads = threads;
            settings.InterOpNumThreads = 1;
        }

        return settings;
    }

    private static bool SharesThreads(int threads)
    {
        lock (Gate)
        {
            // Someone else in the process may have created the environment already, without a shared pool; it cannot get one later.
            return _sharesThreads ??= !OrtEnv.IsCreated && Create(threads);
        }
    }

    private static bool Create(int threads)
    {
        using var threading = new OrtThreadingOptions { GlobalIntraOpNumThreads = threads, GlobalInterOpNumThreads = 1, GlobalSpinControl = false };
        var environment = new EnvironmentCreationOptions
        {
            logId = "multimodalmesh",
            logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            threadOptions = threading,
        };
        OrtEnv.CreateInstanceWithOptions(ref environment);
        OrtEnv.Instance().DisableTelemetryEvents();
        return true;
    }
}
