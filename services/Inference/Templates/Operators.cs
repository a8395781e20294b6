namespace MultiModalMesh.Inference.Templates;

/// <summary>Truth, equality, order, membership and arithmetic as Python has them.</summary>
internal static class Operators
{
    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool flag => flag,
        long number => number != 0,
        double number => number != 0,
        MarkedText text => text.Length > 0,
        ListValue list => list.Items.Count > 0,
        MapValue map => map.Count > 0,
        _ => true,
    };

    public static bool AreEqual(RenderBudget budget, object? left, object? right)
    {
        if (ReferenceEquals(left, right))
        {
            return true;
        }

        switch (left, right)
        {
            case (MarkedText a, MarkedText b):
                budget.Characters(a.Length == b.Length ? a.Length / 8 : 0);
                return string.Equals(a.Value, b.Value, StringComparison.Ordinal);
            case (Undefined, Undefined):
                return true;
            case (ListValue a, ListValue b):
                return a.IsTuple == b.IsTuple && a.Items.Count == b.Items.Count && AllEqual(budget, a, b);
            case (MapValue a, MapValue b):
                return a.Count == b.Count && AllEqual(budget, a, b);
        }

        if (AsInteger(left) is { } x && AsInteger(right) is { } y)
        {
            return x == y;
        }

        return AsNumber(left) is { } v && AsNumber(right) is { } w && v.Equals(w);
    }

    /// <summary>Less than zero, zero or more, as the left one is before, equal to or after the right one.</summary>
    public static int Compare(RenderBudget budget, object? left, object? right)
    {
        if (left is MarkedText a && right is MarkedText b)
        {
            budget.Characters(Math.Min(a.Length, b.Length) / 8);
            return string.CompareOrdinal(a.Value, b.Value);
        }

        if (AsInteger(left) is { } x && AsInteger(right) is { } y)
        {
            return x.CompareTo(y);
        }

        if (AsNumber(left) is { } v && AsNumber(right) is { } w)
        {
            return v.CompareTo(w);
        }

        throw left is Undefined l ? l.Error() : right is Undefined r ? r.Error()
            : new TemplateException($"{PythonText.TypeName(left)} and {PythonText.TypeName(right)} have no order");
    }

    public static bool Contains(RenderBudget budget, object? container, object? item)
    {
        switch (container)
        {
            case Undefined:
                return false;
            case MarkedText text when item is MarkedText part:
                budget.Search(text.Length, part.Length);
                return text.Value.Contains(part.Value, StringComparison.Ordinal);
            case MapValue map:
                budget.Characters(item is MarkedText key ? key.Length / 8 : 0);
                return map.TryGet(item, out _);
            case ListValue list:
                foreach (var entry in list.Items)
                {
                    budget.Step();
                    if (AreEqual(budget, entry, item))
                    {
                        return true;
                    }
                }

                return false;
            default:
                throw TemplateException.Type($"'in' with {PythonText.TypeName(item)}", container);
        }
    }

    public static object Arithmetic(RenderBudget budget, string operation, object? left, object? right)
    {
        switch (operation, left, right)
        {
            case (_, Undefined missing, _):
                throw missing.Error();
            case (_, _, Undefined missing):
                throw missing.Error();
            case ("+", MarkedText a, MarkedText b):
                return new MarkedBuilder(budget).Append(a).Append(b).ToText();
            case ("+", ListValue a, ListValue b) when a.IsTuple == b.IsTuple:
                budget.Items(a.Items.Count + (long)b.Items.Count);
                return new ListValue([.. a.Items, .. b.Items], a.IsTuple);
            case ("*", ListValue a, long or bool):
                var rounds = Math.Max(0, AsInteger(right)!.Value);
                budget.Items(Math.Min(rounds, int.MaxValue) * (a.Items.Count + 1L));
                return new ListValue([.. Enumerable.Repeat(a.Items, (int)rounds).SelectMany(i => i)], a.IsTuple);
            case ("*", MarkedText a, long or bool):
                return Repeat(budget, a, AsInteger(right)!.Value);
            case ("*", long or bool, MarkedText b):
                return Repeat(budget, b, AsInteger(left)!.Value);
        }

        if (AsInteger(left) is { } x && AsInteger(right) is { } y && Whole(operation, x, y) is { } whole)
        {
            return whole;
        }

        if (AsNumber(left) is { } v && AsNumber(right) is { } w)
        {
            return Real(operation, v, w);
        }

        throw new TemplateException($"'{operation}' does not work on {PythonText.TypeName(left)} and {PythonText.TypeName(right)}");
    }

    public static long? AsInteger(object? value) => value switch
    {
        long number => number,
        bool flag => flag ? 1 : 0,
        _ => null,
    };

    public static double? AsNumber(object? value) => value is double number ? number : AsInteger(value);

    private static MarkedText Repeat(RenderBudget budget, MarkedText text, long count)
    {
        var builder = new MarkedBuilder(budget);
        for (var i = 0L; i < count && text.Length > 0; i++)
        {
            budget.Step();
            builder.Append(text);
        }

        return builder.ToText();
    }

    private static object? Whole(string operation, long x, long y)
    {
        try
        {
            return operation switch
            {
                "+" => checked(x + y),
                "-" => checked(x - y),
                "*" => checked(x * y),
                "//" when y != 0 => checked(x / y) - (x % y != 0 && (x < 0) != (y < 0) ? 1 : 0),
                "%" when y == -1 => 0L,
                "%" when y != 0 => ((x % y) + y) % y,
                "**" when y >= 0 => Power(x, y),
                _ => null,
            };
        }
        catch (OverflowException)
        {
            throw new TemplateException($"{x} {operation} {y} does not fit into 64 bits");
        }
    }

    private static long Power(long x, long y)
    {
        if (x is 0 or 1 or -1)
        {
            return y == 0 ? 1 : x == -1 && y % 2 == 0 ? 1 : x;
        }

        var result = 1L;
        for (var i = 0L; i < y; i++)
        {
            result = checked(result * x); // ends after at most 63 rounds
        }

        return result;
    }

    private static double Real(string operation, double v, double w) => operation switch
    {
        "+" => v + w,
        "-" => v - w,
        "*" => v * w,
        "**" => Math.Pow(v, w),
        _ when w == 0 => throw new TemplateException("division by zero"),
        "/" => v / w,
        "//" => Math.Floor(v / w),
        "%" => v - (w * Math.Floor(v / w)),
        _ => throw new TemplateException($"'{operation}' is not an operator of numbers"),
    };

    private static bool AllEqual(RenderBudget budget, ListValue a, ListValue b)
    {
        budget.Enter();
        for (var i = 0; i < a.Items.Count; i++)
        {
            budget.Step();
            if (!AreEqual(budget, a.Items[i], b.Items[i]))
            {
                budget.Leave();
                return false;
            }
        }

        budget.Leave();
        return true;
    }

    private static bool AllEqual(RenderBudget budget, MapValue a, MapValue b)
    {
        budget.Enter();
        foreach (var (key, value) in a.Entries)
        {
            budget.Step();
            if (!b.TryGet(key, out var other) || !AreEqual(budget, value, other))
            {
                budget.Leave();
                return false;
            }
        }

        budget.Leave();
        return true;
    }
}
