using System.Runtime.CompilerServices;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Inference.Devices;

/// <summary>Which of the configured devices is used: the first that works.</summary>
public static class DeviceSelection
{
    private static readonly ConditionalWeakTable<InferenceOptions, DeviceInUse> Chosen = [];

    /// <summary>The device of these options. It is looked for once; later changes of the options have no effect.</summary>
    /// <exception cref="MeshException">InvalidRequest: a setting cannot be read. DeviceUnavailable: none of the devices works; names what is missing.</exception>
    public static DeviceInUse Of(InferenceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Chosen.GetValue(options, static options =>
        {
            var processors = ProcessorSet.Parse(options.CpuAffinity);
            processors.Bind();
            var threads = ThreadCount(options, processors, Environment.ProcessorCount);
            return Choose(options, processors, threads, new CudaPlatform(threads, options.Cuda));
        });
    }

    /// <summary>Whether the settings can be read; looks for no device.</summary>
    /// <exception cref="MeshException">InvalidRequest.</exception>
    public static void Check(InferenceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ReadDevices(options);
        ProcessorSet.Parse(options.CpuAffinity);
    }

    /// <param name="available">Processors by .NET's count, which knows a container's limits and <c>DOTNET_PROCESSOR_COUNT</c>, at start.</param>
    internal static int ThreadCount(InferenceOptions options, ProcessorSet processors, int available) =>
        options.Threads > 0 ? options.Threads
        : processors.Count > 0 ? Math.Min(processors.Count, available)
        : available;

    internal static DeviceInUse Choose(InferenceOptions options, ProcessorSet processors, int threads, ICudaPlatform cuda)
    {
        var devices = ReadDevices(options);
        var found = new DeviceInUse
        {
            Configured = [.. devices.Select(device => device.ToString())],
            Device = InferenceDevice.CpuName,
            Provider = "CPUExecutionProvider",
            Threads = threads,
            Processors = processors.ToString(),
        };
        var failures = new List<(InferenceDevice Device, string Why)>();
        foreach (var device in devices)
        {
            if (!device.IsCuda)
            {
                return found with { Fallback = Explain(failures) };
            }

            try
            {
                var gpu = Find(device, cuda);
                cuda.Try(gpu.Index);
                return found with
                {
                    Device = $"cuda:{gpu.Index}",
                    CudaIndex = gpu.Index,
                    Provider = CudaPlatform.ProviderName,
                    Hardware = $"{gpu.Name}, GPU-{gpu.Uuid:D}",
                    Fallback = Explain(failures),
                };
            }
            catch (MeshException e) when (e.Reason == ErrorReason.DeviceUnavailable)
            {
                failures.Add((device, e.Message));
            }
        }

        throw new MeshException(
            ErrorReason.DeviceUnavailable,
            $"Inference:Device is '{options.Device}', but {Explain(failures)}; to run on the CPU where it fails, set '{options.Device},cpu'.")
        {
            Field = "Device",
        };
    }

    private static IReadOnlyList<InferenceDevice> ReadDevices(InferenceOptions options) =>
        InferenceDevice.TryParseList(options.Device, out var devices, out var problem)
            ? devices
            : throw new MeshException(ErrorReason.InvalidRequest, $"Inference:Device is '{options.Device}', but {problem}.") { Field = "Device" };

    /// <summary>Which device it was is only said where they failed for different reasons.</summary>
    private static string Explain(List<(InferenceDevice Device, string Why)> failures)
    {
        var reasons = failures.GroupBy(failure => failure.Why, failure => failure.Device.ToString(), StringComparer.Ordinal).ToList();
        return reasons.Count == 1 ? reasons[0].Key : string.Join("; ", reasons.Select(reason => $"{string.Join(" and ", reason)}: {reason.Key}"));
    }

    private static CudaGpu Find(InferenceDevice device, ICudaPlatform cuda)
    {
        var missing = CudaLibraries.Missing(cuda.CanLoad);
        if (!cuda.HasProvider)
        {
            throw Unavailable($"this build has no CUDA provider: build it with -p:OnnxRuntime=Gpu{(missing is null ? "" : $"; besides, {missing}")}");
        }

        if (missing is not null)
        {
            throw Unavailable(missing);
        }

        var gpus = cuda.ListGpus();
        return gpus.FirstOrDefault(gpu => device.Uuid is { } uuid ? gpu.Uuid == uuid : gpu.Index == device.Index)
            ?? throw Unavailable(gpus.Count == 0
                ? "CUDA shows no GPU to this process"
                : $"there is no such GPU; CUDA shows {string.Join(" and ", gpus.Select(gpu => $"cuda:{gpu.Index} ({gpu.Name}, GPU-{gpu.Uuid:D})"))}");
    }

    private static MeshException Unavailable(string why) => new(ErrorReason.DeviceUnavailable, why);
}
