using System.Reflection;
using System.Text.RegularExpressions;

namespace MultiModalMesh.Trainer.Settings;

/// <summary>Names as configuration files spell them: <c>learning_rate</c> for <c>LearningRate</c>.</summary>
internal static partial class SettingNames
{
    public static string Of(string name) => WordStart().Replace(name, "_$0").ToLowerInvariant();

    /// <summary>The settings of a group by name, in the order of declaration.</summary>
    public static IReadOnlyDictionary<string, PropertyInfo> In(Type group) =>
        group.GetProperties(BindingFlags.Public | BindingFlags.Instance).ToDictionary(p => Of(p.Name), StringComparer.Ordinal);

    public static bool IsGroup(Type type) => type.Namespace == typeof(TrainingSettings).Namespace && type.IsClass;

    /// <summary>The candidate that is the fewest edits away; null where none is near.</summary>
    public static string? Nearest(string word, IEnumerable<string> candidates) =>
        candidates.Select(c => (Name: c, Edits: Distance(word.ToLowerInvariant(), c))).Where(c => c.Edits <= Math.Max(2, c.Name.Length / 3)).OrderBy(c => c.Edits).Select(c => c.Name).FirstOrDefault();

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex WordStart();

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
            }
        }

        return row[^1];
    }
}
