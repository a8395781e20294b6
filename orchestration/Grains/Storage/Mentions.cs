using System.Text;

namespace MultiModalMesh.Grains.Storage;

/// <summary>
/// Which of some texts occur in records. Every record is read once however many texts there are: where what they all begin with is found, the
/// rest is looked up.
/// </summary>
internal sealed class Mentions
{
    private readonly HashSet<string> _missing;
    private readonly HashSet<string> _found = new(StringComparer.Ordinal);
    private readonly int[] _lengths;
    private readonly byte[] _beginning;

    /// <param name="texts">ASCII, none empty.</param>
    public Mentions(IReadOnlyCollection<string> texts)
    {
        _missing = new HashSet<string>(texts, StringComparer.Ordinal);
        _lengths = [.. _missing.Select(text => text.Length).Distinct()];
        _beginning = Encoding.ASCII.GetBytes(Common(_missing));
    }

    public IReadOnlySet<string> Found => _found;

    /// <summary>There is nothing left to look for.</summary>
    public bool AreComplete => _missing.Count == 0;

    public void LookIn(ReadOnlySpan<byte> record)
    {
        for (var rest = record; !AreComplete && rest.IndexOf(_beginning) is >= 0 and var at; rest = rest[1..])
        {
            rest = rest[at..];
            if (rest.IsEmpty)
            {
                return;
            }

            foreach (var length in _lengths)
            {
                if (length <= rest.Length && Encoding.ASCII.GetString(rest[..length]) is var text && _missing.Remove(text))
                {
                    _found.Add(text);
                }
            }
        }
    }

    private static string Common(HashSet<string> texts)
    {
        var common = texts.FirstOrDefault() ?? "";
        foreach (var text in texts)
        {
            common = common[..common.AsSpan().CommonPrefixLength(text)];
        }

        return common;
    }
}
