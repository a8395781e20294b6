using System.Reflection;
using MultiModalMesh.Grains.Dialogues;

namespace MultiModalMesh.Grains.Tests.Storage.Releases;

/// <summary>What travels between grains, by the names and numbers that are on the wire: a silo of another release has to understand it.</summary>
internal static class ContractShape
{
    private static readonly Type[] Types = [.. typeof(IDialogueGrain).Assembly.GetExportedTypes()];

    public static IEnumerable<Type> Interfaces => Types.Where(type => type.IsInterface && type.IsAssignableTo(typeof(IGrain)));

    public static IEnumerable<Type> Messages => Types.Where(type => type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false));

    public static string OfThisVersion()
    {
        var lines = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var grain in Interfaces)
        {
            lines.UnionWith(grain.GetMethods().Select(method =>
                $"{AliasOf(grain)}.{AliasOf(method)}({string.Join(", ", method.GetParameters().Select(parameter => NameOf(parameter.ParameterType)))}): {NameOf(method.ReturnType)}"));
        }

        foreach (var message in Messages)
        {
            lines.UnionWith(message.GetMembers(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
                .OfType<PropertyInfo>().Where(member => member.IsDefined(typeof(IdAttribute)))
                .Select(member => $"{AliasOf(message)} {member.GetCustomAttribute<IdAttribute>()!.Id}: {NameOf(member.PropertyType)}"));
        }

        return string.Join('\n', lines) + "\n";
    }

    public static string? AliasOf(MemberInfo member) => member.GetCustomAttribute<AliasAttribute>(inherit: false)?.Alias;

    private static string NameOf(Type type) => type.IsGenericType
        ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GenericTypeArguments.Select(NameOf))}>"
        : AliasOf(type) ?? type.Name;
}
