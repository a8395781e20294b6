using System.IO.Enumeration;

namespace MultiModalMesh.Trainer.Model;

/// <summary>Patterns of parameters' names: <c>*</c> is any text, <c>?</c> any character.</summary>
internal static class NamePatterns
{
    public static bool Match(IEnumerable<string> patterns, string name) => patterns.Any(p => FileSystemName.MatchesSimpleExpression(p, name, ignoreCase: false));
}
