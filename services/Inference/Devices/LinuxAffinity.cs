using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace MultiModalMesh.Inference.Devices;

/// <summary>Linux binds threads, not processes: .NET's <c>Process.ProcessorAffinity</c> would bind the first one only.</summary>
internal static unsafe partial class LinuxAffinity
{
    private const int NoSuchThread = 3;

    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>The processors that the calling thread may use.</summary>
    public static IReadOnlyList<int> Get(int highest)
    {
        var mask = new byte[(highest / 8) + 1];
        fixed (byte* bits = mask)
        {
            if (GetAffinity(0, (nuint)mask.Length, bits) < 0)
            {
                throw new Win32Exception(Marshal.GetLastPInvokeError());
            }
        }

        return [.. Enumerable.Range(0, highest + 1).Where(processor => (mask[processor / 8] & (1 << (processor % 8))) != 0)];
    }

    public static void SetForAllThreads(IReadOnlyCollection<int> processors)
    {
        var mask = new byte[(((processors.Max() / 64) + 1) * 64) / 8];
        foreach (var processor in processors)
        {
            mask[processor / 8] |= (byte)(1 << (processor % 8));
        }

        // A thread inherits from the one that starts it; so until a look finds none that is not bound yet, a free one may have started another.
        var bound = new HashSet<int>();
        var found = true;
        while (found)
        {
            found = false;
            foreach (var thread in Directory.EnumerateDirectories("/proc/self/task").Select(path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture)))
            {
                if (bound.Add(thread))
                {
                    found = true;
                    Set(thread, mask);
                }
            }
        }
    }

    private static void Set(int thread, byte[] mask)
    {
        fixed (byte* bits = mask)
        {
            // One that has ended meanwhile needs no processor.
            if (SetAffinity(thread, (nuint)mask.Length, bits) < 0 && Marshal.GetLastPInvokeError() is not NoSuchThread and var error)
            {
                throw new Win32Exception(error);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    private static partial int GetAffinity(int thread, nuint bytes, byte* mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static partial int SetAffinity(int thread, nuint bytes, byte* mask);
}
