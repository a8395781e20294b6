using System.Globalization;
using System.Text;

namespace MultiModalMesh.Inference.Templates;

/// <summary>How a value is printed: a string as it is, everything else as Python's <c>str</c> writes it.</summary>
internal static class ValueText
{
    public static MarkedText Of(RenderBudget budget, object? value)
    {
        switch (value)
        {
            case MarkedText text:
                return text;
            case Undefined:
                return MarkedText.Empty;
            case ListValue or MapValue:
                var writer = new Writer(budget);
                writer.Write(value);
                return writer.ToText();
            default:
                return MarkedText.Own(Scalar(value));
        }
    }

    public static string Scalar(object? value) => value switch
    {
        null => "None",
        bool flag => flag ? "True" : "False",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => PythonText.Number(number),
        _ => throw TemplateException.Type("printing", value),
    };

    /// <summary>
    /// Writes a nested value. One typed character makes all of it typed: the quotes and brackets around it are not worth telling apart.
    /// </summary>
    private sealed class Writer(RenderBudget budget)
    {
        private readonly StringBuilder _text = new();
        private bool _typed;

        public MarkedText ToText() => MarkedText.Marked(_text.ToString(), _typed);

        public void Write(object? value)
        {
            budget.Enter();
            switch (value)
            {
                case MarkedText text:
                    budget.Characters(text.Length + 2);
                    _typed |= text.HasTyped;
                    Quote(text.Value);
                    break;
                case ListValue list:
                    WriteAll(list.IsTuple ? '(' : '[', list.Items, list.IsTuple ? (list.Items.Count == 1 ? ",)" : ")") : "]", Write);
                    break;
                case MapValue map:
                    WriteAll('{', map.Entries, "}", entry =>
                    {
                        Write(entry.Key);
                        _text.Append(": ");
                        Write(entry.Value);
                    });
                    break;
                case Undefined:
                    _text.Append("Undefined");
                    break;
                default:
                    _text.Append(Scalar(value));
                    break;
            }

            budget.Leave();
        }

        private void WriteAll<T>(char open, IEnumerable<T> items, string close, Action<T> write)
        {
            budget.Characters(8);
            _text.Append(open);
            var first = true;
            foreach (var item in items)
            {
                _text.Append(first ? string.Empty : ", ");
                budget.Characters(8);
                first = false;
                write(item);
            }

            _text.Append(close);
        }

        private void Quote(string text)
        {
            var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
            _text.Append(quote);
            foreach (var c in text)
            {
                _ = c switch
                {
                    '\n' => _text.Append("\\n"),
                    '\r' => _text.Append("\\r"),
                    '\t' => _text.Append("\\t"),
                    '\\' => _text.Append("\\\\"),
                    _ when c == quote => _text.Append('\\').Append(c),
                    < ' ' or '\x7f' => _text.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                    _ => _text.Append(c),
                };
            }

            _text.Append(quote);
        }
    }
}
