using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Storage;
using MultiModalMesh.Grains.Storage.Sqlite;

namespace MultiModalMesh.Grains.Tests.Storage.Releases;

/// <summary>Every member that is serialised of the states that grains keep, one a line, as <c>Type.member: kind</c>; enumerations with their numbers, which are stored.</summary>
internal static class StateShape
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    public static string OfThisVersion()
    {
        var lines = new SortedSet<string>(StringComparer.Ordinal);
        var seen = new HashSet<Type>();
        foreach (var state in States())
        {
            lines.Add($"state {state.Name}");
            Describe(state, lines, seen);
        }

        var text = new StringBuilder().Append("format ").Append(StateFormat.Json).Append(", tables ").Append(SqliteFile.SchemaVersion).Append('\n');
        return text.AppendJoin('\n', lines).Append('\n').ToString();
    }

    /// <summary>Whatever a grain of ours keeps in a <see cref="DurableState{T}"/>, so that one that is added is not forgotten here.</summary>
    private static IEnumerable<Type> States() => typeof(DialogueGrain).Assembly.GetTypes().Where(type => !type.ContainsGenericParameters)
        .SelectMany(type => type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public))
        .Select(field => field.FieldType).Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(DurableState<>))
        .Select(type => type.GenericTypeArguments[0]).Distinct();

    private static void Describe(Type type, SortedSet<string> lines, HashSet<Type> seen)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (!seen.Add(type))
        {
            return;
        }

        if (type.IsEnum)
        {
            foreach (var name in Enum.GetNames(type))
            {
                lines.Add($"{type.Name}.{name} = {Convert.ToInt64(Enum.Parse(type, name), System.Globalization.CultureInfo.InvariantCulture)}");
            }

            return;
        }

        var info = Json.GetTypeInfo(type);
        if (info.ElementType is { } element)
        {
            Describe(element, lines, seen);
        }

        if (info.Kind == JsonTypeInfoKind.Object)
        {
            foreach (var member in info.Properties.Where(member => member.Get is not null))
            {
                lines.Add($"{type.Name}.{member.Name}: {NameOf(member.PropertyType)}");
                Describe(member.PropertyType, lines, seen);
            }
        }
    }

    private static string NameOf(Type type) => type.IsGenericType
        ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GenericTypeArguments.Select(NameOf))}>"
        : type.Name;
}
