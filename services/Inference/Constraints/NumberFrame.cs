namespace MultiModalMesh.Inference.Constraints;

/// <summary>Where inside a JSON number the next byte stands.</summary>
internal enum NumberPlace
{
    Start,
    AfterMinus,
    AfterZero,
    Whole,
    AfterPoint,
    Fraction,
    AfterE,
    AfterSign,
    Exponent,
}

/// <summary>
/// A JSON number of bounded length: at most 18 digits before the point, so that it fits into 64 bits, 18 behind it, and an exponent of two.
/// </summary>
/// <param name="Place">What the next byte is part of.</param>
/// <param name="Left">Digits that this part may still have.</param>
/// <param name="Integer">No fraction and no exponent.</param>
internal sealed record NumberFrame(NumberPlace Place, int Left, bool Integer) : Frame
{
    private const int MaxDigits = 18;
    private const int MaxExponentDigits = 2;

    public static NumberFrame Start(bool integer) => new(NumberPlace.Start, 0, integer);

    public override void Expand(Closure closure, FrameStack? rest)
    {
        if (Place is NumberPlace.AfterZero or NumberPlace.Whole or NumberPlace.Fraction or NumberPlace.Exponent)
        {
            closure.Enter(rest);
        }

        closure.Add(this, rest);
    }

    public override void Advance(byte value, Closure closure, FrameStack? rest)
    {
        if (Follow((char)value) is var (place, left))
        {
            closure.Push(new NumberFrame(place, left, Integer), rest);
        }
    }

    private (NumberPlace Place, int Left)? Follow(char c)
    {
        var digit = char.IsAsciiDigit(c);
        switch (Place)
        {
            case NumberPlace.Start when c == '-':
                return (NumberPlace.AfterMinus, 0);
            case NumberPlace.Start or NumberPlace.AfterMinus when digit:
                return c == '0' ? (NumberPlace.AfterZero, 0) : (NumberPlace.Whole, MaxDigits - 1);
            case NumberPlace.Whole or NumberPlace.Fraction or NumberPlace.Exponent when digit:
                return Left > 0 ? (Place, Left - 1) : null;
            case NumberPlace.AfterZero or NumberPlace.Whole when c == '.' && !Integer:
                return (NumberPlace.AfterPoint, 0);
            case NumberPlace.AfterPoint when digit:
                return (NumberPlace.Fraction, MaxDigits - 1);
            case NumberPlace.AfterZero or NumberPlace.Whole or NumberPlace.Fraction when c is 'e' or 'E' && !Integer:
                return (NumberPlace.AfterE, 0);
            case NumberPlace.AfterE when c is '+' or '-':
                return (NumberPlace.AfterSign, 0);
            case NumberPlace.AfterE or NumberPlace.AfterSign when digit:
                return (NumberPlace.Exponent, MaxExponentDigits - 1);
            default:
                return null;
        }
    }
}
