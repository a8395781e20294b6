using System.Text;

namespace MultiModalMesh.Inference.Templates;

/// <summary>A string of which every character knows whether it came from the conversation. Compares by its characters only. Immutable.</summary>
internal sealed class MarkedText
{
    public static readonly MarkedText Empty = new(string.Empty, typed: false, marks: null);

    private readonly bool _typed;
    private readonly bool[]? _marks; // null: all characters are as _typed says

    private MarkedText(string value, bool typed, bool[]? marks)
    {
        Value = value;
        _typed = typed;
        _marks = marks;
    }

    public string Value { get; }

    public int Length => Value.Length;

    /// <summary>Text of the template itself.</summary>
    public static MarkedText Own(string value) => value.Length == 0 ? Empty : new(value, typed: false, marks: null);

    /// <summary>Text of the conversation.</summary>
    public static MarkedText Typed(string value) => value.Length == 0 ? Empty : new(value, typed: true, marks: null);

    public static MarkedText Marked(string value, bool typed) => typed ? Typed(value) : Own(value);

    public static MarkedText Marked(string value, bool[] marks) => value.Length == 0 ? Empty : new(value, typed: false, marks);

    public bool IsTyped(int index) => _marks is null ? _typed : _marks[index];

    public bool HasTyped => Length > 0 && (_marks is null ? _typed : _marks.AsSpan().Contains(true));

    public MarkedText Slice(int start, int length) =>
        length == 0 ? Empty
        : length == Length ? this
        : new MarkedText(Value.Substring(start, length), _typed, _marks?.AsSpan(start, length).ToArray());

    /// <summary>The same characters changed one by one (upper case and the like).</summary>
    public MarkedText With(string sameLength) => new(sameLength, _typed, _marks);

    /// <summary>Adds the part to a builder, run by run.</summary>
    public void AppendTo(MarkedBuilder output)
    {
        if (_marks is null)
        {
            output.Append(Value, _typed);
            return;
        }

        for (var start = 0; start < Length;)
        {
            var run = _marks.AsSpan(start).IndexOf(!_marks[start]);
            var length = run < 0 ? Length - start : run;
            output.Append(Value.AsSpan(start, length), _marks[start]);
            start += length;
        }
    }

    public override string ToString() => Value;
}

/// <summary>Joins marked text; refuses to grow beyond <see cref="RenderBudget.MaxOutputCharacters"/>.</summary>
internal sealed class MarkedBuilder(RenderBudget budget)
{
    private readonly StringBuilder _text = new();
    private readonly List<(int End, bool Typed)> _runs = [];

    public MarkedBuilder Append(MarkedText text)
    {
        text.AppendTo(this);
        return this;
    }

    public void Append(ReadOnlySpan<char> text, bool typed)
    {
        if (text.IsEmpty)
        {
            return;
        }

        budget.Characters(text.Length);
        if (_text.Length + text.Length > RenderBudget.MaxOutputCharacters)
        {
            throw new TemplateException($"the text grows beyond {RenderBudget.MaxOutputCharacters} characters; shorten the conversation");
        }

        _text.Append(text);
        if (_runs.Count > 0 && _runs[^1].Typed == typed)
        {
            _runs[^1] = (_text.Length, typed);
        }
        else
        {
            _runs.Add((_text.Length, typed));
        }
    }

    public MarkedText ToText()
    {
        if (_runs.Count <= 1)
        {
            return MarkedText.Marked(_text.ToString(), _runs.Count == 1 && _runs[0].Typed);
        }

        var marks = new bool[_text.Length];
        var start = 0;
        foreach (var (end, typed) in _runs)
        {
            marks.AsSpan(start, end - start).Fill(typed);
            start = end;
        }

        return MarkedText.Marked(_text.ToString(), marks);
    }

    public IReadOnlyList<TemplateSegment> ToSegments()
    {
        var segments = new List<TemplateSegment>(_runs.Count);
        var start = 0;
        foreach (var (end, typed) in _runs)
        {
            segments.Add(new TemplateSegment(_text.ToString(start, end - start), typed));
            start = end;
        }

        return segments;
    }
}
