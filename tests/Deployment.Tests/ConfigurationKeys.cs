using System.Collections;
using System.Reflection;

namespace MultiModalMesh.Deployment.Tests;

/// <summary>The configuration keys that the programs read: every options class with its section, and what the frameworks read.</summary>
internal static class ConfigurationKeys
{
    /// <summary>Read by Orleans' Kubernetes hosting, not by us.</summary>
    private static readonly HashSet<string> FromFrameworks = ["POD_NAME", "POD_NAMESPACE", "POD_IP", "ORLEANS_SERVICE_ID", "ORLEANS_CLUSTER_ID", "OTEL_EXPORTER_OTLP_ENDPOINT"];

    private static readonly Lazy<IReadOnlyDictionary<string, Type[]>> Sections = new(Read);

    /// <param name="environmentName">Such as Cluster__Provider.</param>
    public static bool Exists(string environmentName)
    {
        if (FromFrameworks.Contains(environmentName))
        {
            return true;
        }

        var parts = environmentName.Split("__");
        return Sections.Value.TryGetValue(parts[0], out var types) && types.Any(type => Has(type, parts.AsSpan(1)));
    }

    private static bool Has(Type type, ReadOnlySpan<string> path)
    {
        if (path.IsEmpty)
        {
            return true;
        }

        if (int.TryParse(path[0], out _) && typeof(IEnumerable).IsAssignableFrom(type) && type != typeof(string))
        {
            return Has(type.IsArray ? type.GetElementType()! : type.GetGenericArguments()[^1], path[1..]);
        }

        var property = type.GetProperty(path[0], BindingFlags.Public | BindingFlags.Instance);
        return property is not null && Has(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType, path[1..]);
    }

    private static Dictionary<string, Type[]> Read() => Directory.EnumerateFiles(AppContext.BaseDirectory, "MultiModalMesh.*.dll")
        .SelectMany(file => Assembly.LoadFrom(file).GetTypes())
        .Select(type => (Type: type, Section: type.GetField("Section", BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)?.GetRawConstantValue() as string))
        .Where(found => found.Section is not null)
        .GroupBy(found => found.Section!, found => found.Type)
        .ToDictionary(group => group.Key, group => group.ToArray());
}
