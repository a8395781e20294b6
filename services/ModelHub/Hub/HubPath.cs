using System.Collections.Frozen;

namespace MultiModalMesh.ModelHub.Hub;

/// <summary>Which names from outside may become files here. A repository is somebody else's, and its list of files is only text.</summary>
public static class HubPath
{
    private const int LongestPath = 512;

    private static readonly FrozenSet<string> Devices = new[] { "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$" }
        .Concat(Enumerable.Range(0, 10).SelectMany(number => (string[])[$"COM{number}", $"LPT{number}"]))
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a path with forward slashes stays within the folder that it is put into, on every system.</summary>
    internal static bool StaysInside(string path) =>
        path.Length is > 0 and <= LongestPath
        && !path.Any(c => c is '\\' || char.IsControl(c))
        && !(path.Length > 1 && path[1] == ':')
        && path.Split('/').All(part => part is not ("" or "." or ".."));

    /// <summary>Whether every part of such a path can be a file's name on every system.</summary>
    internal static bool IsPortable(string path) => StaysInside(path) && path.Split('/').All(IsPortableName);

    /// <summary>Whether a pack's folder may have this name.</summary>
    public static bool IsPackName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length is > 0 and <= 128 && !name.StartsWith('.') && !name.StartsWith('-') && !name.Contains('/') && !name.Contains('@') && IsPortable(name);
    }

    private static bool IsPortableName(string name) =>
        !name.EndsWith('.') && !name.EndsWith(' ') && !name.StartsWith(' ')
        && !name.Any(c => c is '<' or '>' or ':' or '"' or '|' or '?' or '*')
        && !Devices.Contains(name.Split('.')[0].TrimEnd());
}
