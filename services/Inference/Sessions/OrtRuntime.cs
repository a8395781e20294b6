using Microsoft.ML.OnnxRuntime;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Devices;

namespace MultiModalMesh.Inference.Sessions;

/// <summary>The one ONNX Runtime environment of a process, with one thread pool that all sessions share.</summary>
internal static class OrtRuntime
{
    private static readonly Lock Gate = new();
    private static bool? _sharesThreads;

    /// <summary>Settings for a new session on the device of these options; dispose them when it is open.</summary>
    /// <exception cref="MeshException">As <see cref="DeviceSelection.Of"/>.</exception>
    public static SessionOptions CreateSessionOptions(InferenceOptions options)
    {
        var device = DeviceSelection.Of(options);
        var settings = CreateSessionOptions(device.Threads);
        if (device.CudaIndex is { } index)
        {
            CudaPlatform.Append(settings, index, options.Cuda);
        }

        return settings;
    }

    /// <summary>Settings for a new session on the CPU; dispose them when it is open.</summary>
    public static SessionOptions CreateSessionOptions(int threads)
    {
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

    /// <summary>The execution providers that this build of ONNX Runtime has.</summary>
    /// <param name="threads">To ask makes the environment, and that its pool.</param>
    public static IReadOnlyList<string> Providers(int threads)
    {
        SharesThreads(threads);
        return OrtEnv.Instance().GetAvailableProviders();
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
