using MultiModalMesh.Errors;

namespace MultiModalMesh.Inference.Templates;

/// <summary>The text of a template and where it comes from.</summary>
internal sealed class TemplateSource
{
    private const int MaxCharacters = 256 << 10;
    private readonly List<int> _lineStarts = [0];

    public TemplateSource(string text, string origin)
    {
        Origin = origin;
        if (text.Length > MaxCharacters)
        {
            throw Refuse(1, $"the template has {text.Length} characters, the limit is {MaxCharacters}");
        }

        text = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        Text = text.EndsWith('\n') ? text[..^1] : text; // the reference drops one trailing line break
        for (var i = 0; i < Text.Length; i++)
        {
            if (Text[i] == '\n')
            {
                _lineStarts.Add(i + 1);
            }
        }
    }

    public string Text { get; }

    public string Origin { get; }

    public int LineOf(int position)
    {
        var found = _lineStarts.BinarySearch(position);
        return found >= 0 ? found + 1 : ~found;
    }

    public MeshException Refuse(int line, string what) => new(ErrorReason.PackInvalid, $"{Origin}, line {line}: {what}.");
}
