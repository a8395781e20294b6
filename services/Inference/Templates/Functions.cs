using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace MultiModalMesh.Inference.Templates;

/// <summary>What can be called by its name.</summary>
internal static class Functions
{
    public delegate object? Function(RenderState state, object?[] arguments, IReadOnlyList<(string Name, object? Value)> named);

    /// <summary>The one function that needs a clock.</summary>
    public const string Clock = "strftime_now";

    public static readonly FrozenDictionary<string, Function> Known = new Dictionary<string, Function>
    {
        ["range"] = Range,
        ["namespace"] = Namespace,
        ["dict"] = Dictionary,
        ["raise_exception"] = (_, arguments, _) => throw new TemplateException(arguments is [MarkedText message] ? message.Value : "the template raises an error"),
        [Clock] = (state, arguments, _) => arguments is [MarkedText format] && state.Time is not null
            ? MarkedText.Own(Date(state.Time.GetLocalNow(), format.Value))
            : throw new TemplateException($"'{Clock}' takes one format"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static ListValue Range(RenderState state, object?[] arguments, IReadOnlyList<(string Name, object? Value)> named)
    {
        if (arguments.Length is 0 or > 3 || named.Count > 0)
        {
            throw new TemplateException("'range' takes one to three numbers");
        }

        var numbers = arguments.Select(a => Math.Clamp(Arguments.Integer(a, "range"), int.MinValue, int.MaxValue)).ToArray();
        var (start, stop) = numbers.Length == 1 ? (0, numbers[0]) : (numbers[0], numbers[1]);
        var step = numbers.Length == 3 ? numbers[2] : 1;
        if (step == 0)
        {
            throw new TemplateException("the step of 'range' is zero");
        }

        var count = Math.Max(0, step > 0 ? (stop - start + step - 1) / step : (start - stop - step - 1) / -step);
        state.Budget.Items(count);
        return new ListValue([.. Enumerable.Range(0, (int)count).Select(object? (i) => start + (i * step))]);
    }

    private static NamespaceValue Namespace(RenderState state, object?[] arguments, IReadOnlyList<(string Name, object? Value)> named)
    {
        var result = new NamespaceValue();
        if (arguments is [MapValue map])
        {
            foreach (var (key, value) in map.Entries)
            {
                state.Budget.Items(2);
                result.Entries[key.ToString()!] = value;
            }
        }
        else if (arguments.Length > 0)
        {
            throw new TemplateException("'namespace' takes named values");
        }

        state.Budget.Items((2 * named.Count) + 2);
        foreach (var (name, value) in named)
        {
            result.Entries[name] = value;
        }

        return result;
    }

    private static MapValue Dictionary(RenderState state, object?[] arguments, IReadOnlyList<(string Name, object? Value)> named)
    {
        var result = new MapValue();
        if (arguments is [MapValue map])
        {
            state.Budget.Items(2 * map.Count);
            foreach (var (key, value) in map.Entries)
            {
                result.Set(key, value);
            }
        }
        else if (arguments.Length > 0)
        {
            throw new TemplateException("'dict' takes named values");
        }

        state.Budget.Items((2 * named.Count) + 2);
        foreach (var (name, value) in named)
        {
            result.Set(MarkedText.Own(name), value);
        }

        return result;
    }

    /// <summary>The directives of C's <c>strftime</c> that dates in prompts use, in English.</summary>
    private static string Date(DateTimeOffset now, string format)
    {
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 >= format.Length)
            {
                text.Append(format[i]);
                continue;
            }

            var padded = format[i + 1] != '-';
            i += padded || i + 2 >= format.Length ? 1 : 2;
            text.Append(Directive(now, format[i], padded));
        }

        return text.ToString();
    }

    private static string Directive(DateTimeOffset now, char directive, bool padded)
    {
        string Digits(int value, int width) => value.ToString(padded ? $"D{width}" : "D", CultureInfo.InvariantCulture);
        return directive switch
        {
            'Y' => Digits(now.Year, 4),
            'y' => Digits(now.Year % 100, 2),
            'm' => Digits(now.Month, 2),
            'd' => Digits(now.Day, 2),
            'e' => now.Day.ToString(CultureInfo.InvariantCulture).PadLeft(padded ? 2 : 0),
            'j' => Digits(now.DayOfYear, 3),
            'H' => Digits(now.Hour, 2),
            'I' => Digits(((now.Hour + 11) % 12) + 1, 2),
            'M' => Digits(now.Minute, 2),
            'S' => Digits(now.Second, 2),
            'p' => now.Hour < 12 ? "AM" : "PM",
            'B' => now.ToString("MMMM", CultureInfo.InvariantCulture),
            'b' => now.ToString("MMM", CultureInfo.InvariantCulture),
            'A' => now.ToString("dddd", CultureInfo.InvariantCulture),
            'a' => now.ToString("ddd", CultureInfo.InvariantCulture),
            'F' => now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            'T' => now.ToString("HH:mm:ss", CultureInfo.InvariantCulture),
            '%' => "%",
            _ => throw new TemplateException($"the date directive '%{directive}' is not supported"),
        };
    }
}
