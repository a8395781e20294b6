using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MultiModalMesh.Inference.Devices;

/// <summary>A device as configuration names it: <c>cpu</c>, <c>cuda</c> (the first one), <c>cuda:1</c>, <c>cuda:GPU-…</c>.</summary>
/// <param name="IsCuda">False: the CPU.</param>
/// <param name="Index">As CUDA counts the devices that it shows to this process; null where the device is named by its UUID.</param>
/// <param name="Uuid">As <c>nvidia-smi -L</c> prints it, without its prefix.</param>
public sealed record InferenceDevice(bool IsCuda, int? Index, Guid? Uuid)
{
    /// <summary>What <see cref="TryParseList"/> takes, for messages.</summary>
    public const string Syntax = "cpu, cuda, cuda:<index>, cuda:GPU-<uuid>, or several of them with commas between, the best first";

    private const string CudaName = "cuda";

    /// <summary>As <see cref="ToString"/> gives it.</summary>
    public const string CpuName = "cpu";

    private static readonly InferenceDevice Cpu = new(false, null, null);

    /// <summary>Reads a list in the order of preference; more than one entry is the permission to fall back.</summary>
    /// <param name="text">For example <c>cuda:0,cpu</c>.</param>
    /// <param name="devices">Null where there is a problem.</param>
    /// <param name="problem">What goes behind "is '…', but".</param>
    public static bool TryParseList(string text, [NotNullWhen(true)] out IReadOnlyList<InferenceDevice>? devices, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        devices = null;
        var list = new List<InferenceDevice>();
        foreach (var name in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (Parse(name) is not { } device)
            {
                problem = $"must be {Syntax}";
                return false;
            }

            if (list.Count > 0 && !list[^1].IsCuda)
            {
                problem = "what stands behind cpu is never used: cpu goes last";
                return false;
            }

            if (list.Contains(device))
            {
                problem = $"names {device} twice";
                return false;
            }

            list.Add(device);
        }

        (devices, problem) = (list, null);
        return true;
    }

    public override string ToString() =>
        !IsCuda ? CpuName
        : Uuid is { } uuid ? string.Create(CultureInfo.InvariantCulture, $"{CudaName}:GPU-{uuid:D}")
        : string.Create(CultureInfo.InvariantCulture, $"{CudaName}:{Index}");

    private static InferenceDevice? Parse(string name)
    {
        if (name.Equals(CpuName, StringComparison.OrdinalIgnoreCase))
        {
            return Cpu;
        }

        if (name.Equals(CudaName, StringComparison.OrdinalIgnoreCase))
        {
            return new InferenceDevice(true, 0, null);
        }

        if (!name.StartsWith($"{CudaName}:", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var which = name.AsSpan(CudaName.Length + 1);

        // A slice of a divided GPU has a UUID of its own, and is a device to CUDA as a whole one is.
        if (which.StartsWith("GPU-", StringComparison.OrdinalIgnoreCase) || which.StartsWith("MIG-", StringComparison.OrdinalIgnoreCase))
        {
            return Guid.TryParseExact(which[4..], "D", out var uuid) ? new InferenceDevice(true, null, uuid) : null;
        }

        return int.TryParse(which, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? new InferenceDevice(true, index, null) : null;
    }
}
