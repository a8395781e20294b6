using System.Globalization;
using System.Text;

namespace MultiModalMesh.Inference.Templates;

/// <summary>
/// The <c>tojson</c> of chat templates: <c>json.dumps</c> without escaping of what is not ASCII and without HTML escapes.
/// One typed character makes all of it typed.
/// </summary>
internal sealed class JsonText(RenderBudget budget, string? indent, bool ascii, string itemSeparator, string keySeparator, bool sortKeys)
{
    private readonly StringBuilder _text = new();
    private bool _typed;

    public MarkedText Write(object? value)
    {
        Write(value, 0);
        return MarkedText.Marked(_text.ToString(), _typed);
    }

    private void Write(object? value, int level)
    {
        budget.Enter();
        switch (value)
        {
            case null:
                _text.Append("null");
                break;
            case bool flag:
                _text.Append(flag ? "true" : "false");
                break;
            case double number when !double.IsFinite(number):
                _text.Append(double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
                break;
            case long or double:
                _text.Append(ValueText.Scalar(value));
                break;
            case MarkedText text:
                Quote(text);
                break;
            case ListValue list:
                WriteAll("[]", list.Items, level, item => Write(item, level + 1));
                break;
            case MapValue map:
                WriteAll("{}", Sorted(map), level, entry =>
                {
                    Quote(entry.Key as MarkedText ?? MarkedText.Own(ValueText.Scalar(entry.Key is bool flag ? (flag ? 1L : 0L) : entry.Key)));
                    _text.Append(keySeparator);
                    Write(entry.Value, level + 1);
                });
                break;
            default:
                throw TemplateException.Type("'tojson'", value);
        }

        budget.Leave();
    }

    private IEnumerable<(object Key, object? Value)> Sorted(MapValue map)
    {
        budget.Items(sortKeys ? map.Count : 0);
        return sortKeys ? map.Entries.OrderBy(e => e.Key.ToString(), StringComparer.Ordinal) : map.Entries;
    }

    private void WriteAll<T>(string brackets, IEnumerable<T> items, int level, Action<T> write)
    {
        _text.Append(brackets[0]);
        var first = true;
        foreach (var item in items)
        {
            budget.Characters(8);
            _text.Append(first ? string.Empty : itemSeparator);
            NewLine(level + 1);
            first = false;
            write(item);
        }

        if (!first)
        {
            NewLine(level);
        }

        _text.Append(brackets[1]);
    }

    private void NewLine(int level)
    {
        if (indent is not null)
        {
            budget.Characters(1 + ((long)indent.Length * level));
            _text.Append('\n').Insert(_text.Length, indent, level);
        }
    }

    private void Quote(MarkedText text)
    {
        budget.Characters(text.Length + 2);
        _typed |= text.HasTyped;
        _text.Append('"');
        foreach (var c in text.Value)
        {
            _ = c switch
            {
                '"' => _text.Append("\\\""),
                '\\' => _text.Append("\\\\"),
                '\n' => _text.Append("\\n"),
                '\r' => _text.Append("\\r"),
                '\t' => _text.Append("\\t"),
                '\b' => _text.Append("\\b"),
                '\f' => _text.Append("\\f"),
                < ' ' => Escape(c),
                > '~' when ascii => Escape(c),
                _ => _text.Append(c),
            };
        }

        _text.Append('"');
    }

    private StringBuilder Escape(char c) => _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
}
