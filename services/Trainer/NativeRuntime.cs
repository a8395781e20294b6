using System.Runtime.InteropServices;

namespace MultiModalMesh.Trainer;

/// <summary>Looks at the native side before anything touches the tensor library, whose own failure says little.</summary>
internal static class NativeRuntime
{
    private const string Needed = "GLIBCXX_3.4.32";

    /// <summary>One sentence that says what is missing and what to do, or null if all is there.</summary>
    public static string? WhatIsMissing()
    {
        var library = OperatingSystem.IsWindows() ? "torch_cpu.dll" : OperatingSystem.IsMacOS() ? "libtorch_cpu.dylib" : "libtorch_cpu.so";
        var folder = AppContext.BaseDirectory;
        var candidates = new[] { folder, Path.Combine(folder, "runtimes", RuntimeInformation.RuntimeIdentifier, "native") };
        if (!candidates.Any(c => File.Exists(Path.Combine(c, library))))
        {
            return $"The native tensor library ({library}) is not in {folder}: start the trainer with services/Trainer/run.sh, or build it with -p:LibTorch=cpu.";
        }

        return OperatingSystem.IsLinux() && !RuntimeIsNewEnough()
            ? "The C++ runtime of this system is older than GCC 13 (libstdc++ without GLIBCXX_3.4.32): start the trainer with services/Trainer/run.sh, which brings one of its own."
            : null;
    }

    private static bool RuntimeIsNewEnough()
    {
        var loaded = NativeLibrary.TryLoad("libstdc++.so.6", out _) ? MappedPath() : null;
        return loaded is null || File.ReadAllBytes(loaded).AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(Needed)) >= 0;
    }

    private static string? MappedPath() => File.ReadLines("/proc/self/maps").Select(l => l.Split(' ')[^1]).FirstOrDefault(p => p.Contains("/libstdc++.so", StringComparison.Ordinal));
}
