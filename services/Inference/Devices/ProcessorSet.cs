using System.Diagnostics;
using System.Globalization;
using System.Text;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Inference.Devices;

/// <summary>
/// Processors that a process is bound to. The whole process, because ONNX Runtime's C# API can bind the threads of sessions that have pools of
/// their own, but not those of the one pool that all share, and because a run's calling thread takes its part of the work as well.
/// </summary>
internal sealed class ProcessorSet
{
    private const int Highest = 4095;

    private readonly SortedSet<int> _processors;

    private ProcessorSet(SortedSet<int> processors) => _processors = processors;

    /// <summary>0: the process is not bound.</summary>
    public int Count => _processors.Count;

    /// <param name="text">Numbers and ranges, such as <c>0-3,8</c>, as taskset and Linux' cpuset write them; empty: no binding.</param>
    /// <exception cref="MeshException">InvalidRequest.</exception>
    public static ProcessorSet Parse(string text)
    {
        var processors = new SortedSet<int>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = part.Split('-', 2);
            if (!Number(ends[0], out var first) || !Number(ends[^1], out var last) || last < first)
            {
                throw Invalid(text, "must be numbers of processors and ranges of them, such as 0-3,8");
            }

            processors.UnionWith(Enumerable.Range(first, last - first + 1));
        }

        return new ProcessorSet(processors);
    }

    /// <summary>Binds all threads that this process has and will have.</summary>
    /// <exception cref="MeshException">InvalidRequest: it may not use one of them, or the system cannot bind.</exception>
    public void Bind()
    {
        if (Count == 0)
        {
            return;
        }

        var allowed = new ProcessorSet([.. LinuxAffinity.IsSupported ? LinuxAffinity.Get(Highest) : WindowsGet()]);
        if (_processors.FirstOrDefault(processor => !allowed._processors.Contains(processor), -1) is >= 0 and var refused)
        {
            throw Invalid($"this process may use processors {allowed} only, not {refused}");
        }

        if (LinuxAffinity.IsSupported)
        {
            LinuxAffinity.SetForAllThreads(_processors);
        }
        else if (OperatingSystem.IsWindows())
        {
            Process.GetCurrentProcess().ProcessorAffinity = (nint)_processors.Aggregate(0L, (mask, processor) => mask | (1L << processor));
        }
    }

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var first in _processors.Where(processor => !_processors.Contains(processor - 1)))
        {
            var last = first;
            while (_processors.Contains(last + 1))
            {
                last++;
            }

            text.Append(text.Length > 0 ? "," : "").Append(CultureInfo.InvariantCulture, $"{first}");
            if (last > first)
            {
                text.Append(CultureInfo.InvariantCulture, $"-{last}");
            }
        }

        return text.ToString();
    }

    private IEnumerable<int> WindowsGet()
    {
        if (!OperatingSystem.IsWindows())
        {
            throw Invalid("this system cannot bind a process to processors: leave it out");
        }

        // The mask covers the processor group that the process is in.
        var mask = (long)Process.GetCurrentProcess().ProcessorAffinity;
        return Enumerable.Range(0, 64).Where(processor => (mask & (1L << processor)) != 0);
    }

    private MeshException Invalid(string why) => Invalid(ToString(), why);

    private static MeshException Invalid(string text, string why) =>
        new(ErrorReason.InvalidRequest, $"Inference:CpuAffinity is '{text}', but {why}.") { Field = "CpuAffinity" };

    private static bool Number(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= Highest;
}
