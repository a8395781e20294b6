using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MultiModalMesh.Trainer.Settings;

/// <summary>Turns YAML nodes into settings and remembers where each key stands. A key that is not known is a problem, not a remark.</summary>
internal sealed class SettingsBinder(string path)
{
    private readonly Dictionary<string, Mark> _places = new(StringComparer.Ordinal);

    public List<string> Problems { get; } = [];

    /// <summary>Of the first problem.</summary>
    public string? FirstKey { get; private set; }

    public object Bind(YamlMappingNode node, Type type, string prefix)
    {
        var group = Activator.CreateInstance(type)!;
        var known = SettingNames.In(type);
        foreach (var (keyNode, valueNode) in node.Children)
        {
            var name = (keyNode as YamlScalarNode)?.Value ?? "";
            var key = prefix + name;
            _places[key] = keyNode.Start;
            if (!known.TryGetValue(name, out var property))
            {
                var near = SettingNames.Nearest(name, known.Keys);
                Report(key, $"there is no such key; {(near is null ? $"known here: {string.Join(", ", known.Keys)}" : $"did you mean '{near}'?")}");
            }
            else if (Value(valueNode, property.PropertyType, key, property) is { } value)
            {
                property.SetValue(group, value);
            }
        }

        foreach (var (name, property) in known)
        {
            if (property.GetCustomAttribute<RequiredAttribute>() is not null && property.GetValue(group) is null && !_places.ContainsKey(prefix + name))
            {
                _places[prefix + name] = node.Start;
                Report(prefix + name, $"this key is needed: {Expected(property.PropertyType)}.");
            }
        }

        return group;
    }

    /// <param name="key">Its place is that of the nearest group that the file has.</param>
    /// <param name="message">What is wrong.</param>
    public void Report(string key, string message)
    {
        FirstKey ??= key;
        var place = key;
        while (!_places.ContainsKey(place) && place.LastIndexOf('.') is > 0 and var dot)
        {
            place = place[..dot];
        }

        var line = _places.TryGetValue(place, out var mark) ? mark.Line : 1;
        Problems.Add(string.Create(CultureInfo.InvariantCulture, $"{path}({line}): {key}: {message}"));
    }

    private object? Value(YamlNode node, Type type, string key, PropertyInfo property)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (SettingNames.IsGroup(type))
        {
            return node is YamlMappingNode mapping ? Bind(mapping, type, key + ".") : Problem(key, $"expected keys below it: {string.Join(", ", SettingNames.In(type).Keys)}.");
        }

        if (type == typeof(IReadOnlyList<SourceSettings>))
        {
            return node is YamlSequenceNode sequence
                ? sequence.Children.Select((child, i) => Source(child, $"{key}[{i}]")).OfType<SourceSettings>().ToArray()
                : Problem(key, "expected a list, each element with path or synthetic.");
        }

        if (type == typeof(IReadOnlyList<string>))
        {
            return node is YamlSequenceNode sequence && sequence.Children.All(c => c is YamlScalarNode)
                ? sequence.Children.Select(c => ((YamlScalarNode)c).Value ?? "").ToArray()
                : Problem(key, "expected a list of texts, such as ['vision.*'].");
        }

        if (type == typeof(IReadOnlyDictionary<string, string>))
        {
            return node is YamlMappingNode map && map.Children.All(c => c is { Key: YamlScalarNode, Value: YamlScalarNode })
                ? map.Children.ToDictionary(c => ((YamlScalarNode)c.Key).Value ?? "", c => ((YamlScalarNode)c.Value).Value ?? "", StringComparer.Ordinal)
                : Problem(key, "expected names, such as {caption: title}.");
        }

        if (node is not YamlScalarNode { Value: { } text })
        {
            return Problem(key, $"expected {Expected(type)}.");
        }

        var value = Scalar(text, type);
        if (value is null)
        {
            return Problem(key, $"'{text}' is not {Expected(type)}{(type.IsEnum && SettingNames.Nearest(text, Choices(type)) is { } near ? $"; did you mean '{near}'?" : ".")}");
        }

        return property.GetCustomAttribute<RangeAttribute>() is { } range && !range.IsValid(value)
            ? Problem(key, string.Create(CultureInfo.InvariantCulture, $"{text} is out of range; it takes {range.Minimum} to {range.Maximum}."))
            : value;
    }

    private object? Source(YamlNode node, string key)
    {
        _places[key] = node.Start;
        return node is YamlMappingNode mapping ? Bind(mapping, typeof(SourceSettings), key + ".") : Problem(key, "expected path or synthetic, and weight.");
    }

    private object? Problem(string key, string message)
    {
        Report(key, message);
        return null;
    }

    private static object? Scalar(string text, Type type) =>
        type == typeof(string) ? text
        : type == typeof(bool) ? text switch { "true" => true, "false" => false, _ => null }
        : type.IsEnum ? Array.Find(Enum.GetNames(type), n => SettingNames.Of(n) == text) is { } name ? Enum.Parse(type, name) : null
        : type == typeof(int) ? int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var i) ? i : null
        : type == typeof(long) ? long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var l) ? l : null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var d) && double.IsFinite(d) ? d : null;

    private static IEnumerable<string> Choices(Type type) => Enum.GetNames(type).Select(SettingNames.Of);

    private static string Expected(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsEnum ? $"one of {string.Join(", ", Choices(type))}"
            : type == typeof(bool) ? "true or false"
            : type == typeof(string) ? "a text"
            : type == typeof(double) ? "a number"
            : "a whole number";
    }
}
