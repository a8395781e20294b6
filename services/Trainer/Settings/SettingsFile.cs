using System.Globalization;
using System.Text;
using MultiModalMesh.Errors;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MultiModalMesh.Trainer.Settings;

/// <summary>Reads and writes configuration files.</summary>
internal static class SettingsFile
{
    public const string Name = "config.yaml";

    /// <exception cref="MeshException">InvalidRequest: one line for each problem, with file, line and key.</exception>
    public static TrainingSettings Read(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MeshException(ErrorReason.InvalidRequest, $"The configuration {path} cannot be read: {e.Message}", e);
        }
    }

    /// <param name="text">YAML.</param>
    /// <param name="path">For messages.</param>
    public static TrainingSettings Parse(string text, string path)
    {
        var yaml = new YamlStream();
        try
        {
            yaml.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            throw new MeshException(ErrorReason.InvalidRequest, $"{path}({e.Start.Line}): this is not YAML: {e.Message}", e);
        }

        var binder = new SettingsBinder(path);
        var settings = yaml.Documents is [{ RootNode: YamlMappingNode root }, ..]
            ? (TrainingSettings)binder.Bind(root, typeof(TrainingSettings), "")
            : throw new MeshException(ErrorReason.InvalidRequest, $"{path}(1): a configuration is a list of keys, 'stage' at least.");
        if (binder.Problems.Count == 0)
        {
            foreach (var (key, message) in SettingsRules.Broken(settings))
            {
                binder.Report(key, message);
            }
        }

        return binder.Problems.Count == 0
            ? settings
            : throw new MeshException(ErrorReason.InvalidRequest, string.Join('\n', binder.Problems)) { Field = binder.FirstKey };
    }

    /// <summary>Every setting with its value, defaults too, so that the file alone repeats the run.</summary>
    public static string Print(TrainingSettings settings)
    {
        var text = new StringBuilder();
        Print(text, settings, 0);
        return text.ToString();
    }

    /// <summary>Keys and values of all settings, for comparing two.</summary>
    public static IReadOnlyDictionary<string, string> Flatten(TrainingSettings settings)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        Flatten(settings, "");
        return all;

        void Flatten(object group, string prefix)
        {
            foreach (var (name, property) in SettingNames.In(group.GetType()))
            {
                var value = property.GetValue(group);
                if (value is not null && SettingNames.IsGroup(property.PropertyType))
                {
                    Flatten(value, prefix + name + ".");
                }
                else if (value is IEnumerable<SourceSettings> sources)
                {
                    all.Add(prefix + name, string.Join(", ", sources.Select(s => $"{(s.Synthetic ? "synthetic" : s.Path)} x {Scalar(s.Weight)}")));
                }
                else
                {
                    all.Add(prefix + name, value is IEnumerable<string> list ? $"[{string.Join(", ", list)}]" : Scalar(value));
                }
            }
        }
    }

    private static void Print(StringBuilder text, object group, int indent)
    {
        var first = true;
        foreach (var (name, property) in SettingNames.In(group.GetType()))
        {
            // An element of a list begins on the line of its dash.
            text.Append(' ', first && group is SourceSettings ? 0 : indent).Append(name).Append(':');
            first = false;
            switch (property.GetValue(group))
            {
                case IReadOnlyList<SourceSettings> { Count: > 0 } sources:
                    text.Append('\n');
                    foreach (var source in sources)
                    {
                        text.Append(' ', indent + 2).Append("- ");
                        Print(text, source, indent + 4);
                    }

                    break;
                case IReadOnlyList<SourceSettings>:
                    text.Append(" []\n");
                    break;
                case IReadOnlyDictionary<string, string> map:
                    text.Append(" {").AppendJoin(", ", map.Select(e => $"{Quoted(e.Key)}: {Quoted(e.Value)}")).Append("}\n");
                    break;
                case IEnumerable<string> list:
                    text.Append(" [").AppendJoin(", ", list.Select(Quoted)).Append("]\n");
                    break;
                case { } value when SettingNames.IsGroup(value.GetType()):
                    text.Append('\n');
                    Print(text, value, indent + 2);
                    break;
                case string value:
                    text.Append(' ').Append(Quoted(value)).Append('\n');
                    break;
                case var value:
                    text.Append(' ').Append(Scalar(value)).Append('\n');
                    break;
            }
        }
    }

    private static string Quoted(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Scalar(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        Enum name => SettingNames.Of(name.ToString()),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
