namespace MultiModalMesh.Inference.Constraints;

/// <summary>Where inside a JSON string the next byte stands.</summary>
internal enum StringPlace
{
    Character,
    Escape,
    HexFirst,
    HexSecond,
    HexSecondAfterD,
    HexThird,
    HexFourth,
    Last,
    LastTwo,
    LastThree,
    AfterE0,
    AfterEd,
    AfterF0,
    AfterF4,
}

/// <summary>
/// The inside of a JSON string with its closing quote: valid UTF-8, the escapes of JSON, and of <c>\u</c> no halves of surrogate pairs.
/// </summary>
/// <param name="Place">What the next byte is part of.</param>
/// <param name="Needed">Characters that must still come.</param>
/// <param name="Left">Characters that may still come. A character is a code point, an escape is one.</param>
/// <param name="AsciiOnly">For a vocabulary that cannot spell every byte of UTF-8.</param>
internal sealed record StringFrame(StringPlace Place, int Needed, int Left, bool AsciiOnly) : Frame
{
    public override void Advance(byte value, Closure closure, FrameStack? rest)
    {
        if (Place == StringPlace.Character && value == '"')
        {
            if (Needed == 0)
            {
                closure.Enter(rest);
            }

            return;
        }

        if (Follow(value) is not { } next)
        {
            return;
        }

        if (Place != StringPlace.Character)
        {
            closure.Push(this with { Place = next }, rest);
        }
        else if (Left > 0)
        {
            closure.Push(this with { Place = next, Needed = Math.Max(0, Needed - 1), Left = Left - 1 }, rest);
        }
    }

    public override Frame Saturated(int limit) =>
        Needed <= limit && Left <= limit ? this : this with { Needed = Math.Min(Needed, limit), Left = Math.Min(Left, limit) };

    private StringPlace? Follow(byte b) => Place switch
    {
        StringPlace.Character => First(b),
        StringPlace.Escape => b == 'u' ? StringPlace.HexFirst : "\"\\/bfnrt"u8.Contains(b) ? StringPlace.Character : null,
        StringPlace.HexFirst => !char.IsAsciiHexDigit((char)b) ? null : b is (byte)'d' or (byte)'D' ? StringPlace.HexSecondAfterD : StringPlace.HexSecond,
        StringPlace.HexSecond => char.IsAsciiHexDigit((char)b) ? StringPlace.HexThird : null,
        StringPlace.HexSecondAfterD => b is >= (byte)'0' and <= (byte)'7' ? StringPlace.HexThird : null,
        StringPlace.HexThird => char.IsAsciiHexDigit((char)b) ? StringPlace.HexFourth : null,
        StringPlace.HexFourth => char.IsAsciiHexDigit((char)b) ? StringPlace.Character : null,
        StringPlace.Last => b is >= 0x80 and <= 0xBF ? StringPlace.Character : null,
        StringPlace.LastTwo => b is >= 0x80 and <= 0xBF ? StringPlace.Last : null,
        StringPlace.LastThree => b is >= 0x80 and <= 0xBF ? StringPlace.LastTwo : null,
        StringPlace.AfterE0 => b is >= 0xA0 and <= 0xBF ? StringPlace.Last : null,
        StringPlace.AfterEd => b is >= 0x80 and <= 0x9F ? StringPlace.Last : null,
        StringPlace.AfterF0 => b is >= 0x90 and <= 0xBF ? StringPlace.LastTwo : null,
        _ => b is >= 0x80 and <= 0x8F ? StringPlace.LastTwo : null,
    };

    private StringPlace? First(byte b) => b switch
    {
        (byte)'\\' => StringPlace.Escape,
        >= 0x20 and <= 0x7E => StringPlace.Character,
        _ when AsciiOnly => null,
        >= 0xC2 and <= 0xDF => StringPlace.Last,
        0xE0 => StringPlace.AfterE0,
        0xED => StringPlace.AfterEd,
        >= 0xE1 and <= 0xEF => StringPlace.LastTwo,
        0xF0 => StringPlace.AfterF0,
        >= 0xF1 and <= 0xF3 => StringPlace.LastThree,
        0xF4 => StringPlace.AfterF4,
        _ => null,
    };
}
