using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>
/// SentencePiece's compiled character map (<c>Precompiled</c>): a 32-bit length, a double-array trie (Aoe, 1989; the unit layout of
/// darts-clone) from UTF-8 sequences to offsets, and the replacements at these offsets, each ended by a zero byte.
/// </summary>
/// <remarks>
/// The reference looks a whole grapheme cluster up if it has fewer than six bytes, takes the shortest entry that it begins with, and
/// replaces all of the cluster by it; otherwise it goes character by character. Model vocabularies are made with that, so it is kept.
/// </remarks>
internal sealed class CharacterMap : NormalizerStep
{
    private const int LongestCluster = 5;

    private readonly uint[] _units;
    private readonly byte[] _replacements;

    private CharacterMap(uint[] units, byte[] replacements)
    {
        _units = units;
        _replacements = replacements;
    }

    /// <summary>Reads the base64 text of <c>precompiled_charsmap</c> and checks that no reference leaves the map.</summary>
    public static CharacterMap Read(JsonField field)
    {
        byte[] bytes;
        try
        {
            bytes = Convert.FromBase64String(field.Text());
        }
        catch (FormatException)
        {
            throw field.Invalid("is not base64");
        }

        var size = bytes.Length < 4 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (size < 4 || size % 4 != 0 || size > bytes.Length - 4)
        {
            throw field.Invalid($"promises a trie of {size} bytes and has {Math.Max(0, bytes.Length - 4)}; it is damaged");
        }

        var units = new uint[size / 4];
        for (var i = 0; i < units.Length; i++)
        {
            units[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4 + (i * 4)));
        }

        var map = new CharacterMap(units, bytes[(4 + (int)size)..]);
        if (!Utf8.IsValid(map._replacements))
        {
            throw field.Invalid("has replacements that are not UTF-8; it is damaged");
        }

        for (var i = 0; i < units.Length; i++)
        {
            if (units[i] <= int.MaxValue && HasLeaf(units[i]) && map.Replacement(Child(i, units[i])) is null)
            {
                throw field.Invalid($"points outside of itself at unit {i}; it is damaged");
            }
        }

        return map;
    }

    public override string Apply(string text, out bool headRemoved)
    {
        headRemoved = false;
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var length = NextCluster(text.AsSpan(i));
            Append(text.AsSpan(i, length), result);
            i += length;
        }

        return result.ToString();
    }

    private static int NextCluster(ReadOnlySpan<char> text) =>
        text.Length == 1 || (char.IsAscii(text[0]) && char.IsAscii(text[1]) && text[0] != '\r') ? 1 : StringInfo.GetNextTextElementLength(text);

    private void Append(ReadOnlySpan<char> cluster, StringBuilder result)
    {
        Span<byte> bytes = stackalloc byte[LongestCluster];
        Span<char> units = stackalloc char[2];
        if (Encoding.UTF8.TryGetBytes(cluster, bytes, out var count) && Find(bytes[..count]) is { } whole)
        {
            result.Append(whole);
            return;
        }

        foreach (var rune in cluster.EnumerateRunes())
        {
            if (Find(bytes[..rune.EncodeToUtf8(bytes)]) is { } replacement)
            {
                result.Append(replacement);
            }
            else
            {
                result.Append(units[..rune.EncodeToUtf16(units)]);
            }
        }
    }

    /// <summary>The replacement of the shortest entry that a text begins with.</summary>
    private string? Find(ReadOnlySpan<byte> text)
    {
        var position = Child(0, _units[0]);
        foreach (var value in text)
        {
            position ^= value;
            if (value == 0 || (uint)position >= (uint)_units.Length || Label(_units[position]) != value)
            {
                return null;
            }

            var unit = _units[position];
            position = Child(position, unit);
            if (HasLeaf(unit))
            {
                return Replacement(position);
            }
        }

        return null;
    }

    private string? Replacement(int leaf)
    {
        if ((uint)leaf >= (uint)_units.Length || (_units[leaf] & 0x7FFF_FFFF) is var start && start >= _replacements.Length)
        {
            return null;
        }

        var rest = _replacements.AsSpan((int)(_units[leaf] & 0x7FFF_FFFF));
        return Encoding.UTF8.GetString(rest.IndexOf((byte)0) is >= 0 and var length ? rest[..length] : rest);
    }

    private static bool HasLeaf(uint unit) => (unit & 0x100) != 0;

    /// <summary>The byte that leads to a unit; beyond a byte for a unit that holds a value.</summary>
    private static uint Label(uint unit) => unit & 0x8000_00FF;

    private static int Child(int position, uint unit) => position ^ (int)((unit >> 10) << (int)((unit & 0x200) >> 6));
}
