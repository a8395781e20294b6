using System.Globalization;
using System.Text;

namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>
/// The four normalization forms of Unicode (UAX #15). The runtime's own are no help: with invariant globalization
/// <see cref="string.Normalize()"/> returns every text as it was.
/// </summary>
internal static class UnicodeForms
{
    private const int HangulFirst = 0xAC00;
    private const int HangulCount = 11172;
    private const int LeadFirst = 0x1100;
    private const int LeadCount = 19;
    private const int VowelFirst = 0x1161;
    private const int VowelCount = 21;
    private const int TailFirst = 0x11A7;
    private const int TailCount = 28;

    private static readonly Lazy<Tables> Data = new(Tables.Read);

    /// <summary>NFD, or NFKD if <paramref name="compatibility"/>.</summary>
    public static string Decompose(string text, bool compatibility) => Ascii.IsValid(text) ? text : ToText(Decomposed(text, compatibility));

    /// <summary>NFC, or NFKC if <paramref name="compatibility"/>.</summary>
    public static string Compose(string text, bool compatibility)
    {
        if (Ascii.IsValid(text))
        {
            return text;
        }

        var characters = Decomposed(text, compatibility);
        var length = 0;
        var starter = -1;
        var lastClass = 0;
        for (var i = 0; i < characters.Count; i++)
        {
            var character = characters[i];
            var combining = Data.Value.Class(character);
            // Blocked: something of the same or a higher class, or another starter, stands between this and the starter.
            var adjacent = starter >= 0 && starter == length - 1;
            if (starter >= 0 && (adjacent || lastClass < combining) && Pair(characters[starter], character) is { } composed)
            {
                characters[starter] = composed;
                continue;
            }

            (starter, lastClass) = combining == 0 ? (length, 0) : (starter, combining);
            characters[length++] = character;
        }

        characters.RemoveRange(length, characters.Count - length);
        return ToText(characters);
    }

    private static List<int> Decomposed(string text, bool compatibility)
    {
        var data = Data.Value;
        List<int> characters = new(text.Length);
        List<(int Class, int Character)> marks = [];
        foreach (var rune in text.EnumerateRunes())
        {
            Expand(rune.Value);
        }

        SortMarks();
        return characters;

        void Expand(int character)
        {
            if (character is >= HangulFirst and < HangulFirst + HangulCount)
            {
                var index = character - HangulFirst;
                Place(LeadFirst + (index / (VowelCount * TailCount)));
                Place(VowelFirst + (index / TailCount % VowelCount));
                if (index % TailCount is > 0 and var tail)
                {
                    Place(TailFirst + tail);
                }
            }
            else if (data.Decomposition(character, compatibility) is { } parts)
            {
                foreach (var part in parts)
                {
                    Expand(part);
                }
            }
            else
            {
                Place(character);
            }
        }

        void Place(int character)
        {
            var combining = data.Class(character);
            if (combining == 0)
            {
                SortMarks();
                characters.Add(character);
            }
            else
            {
                marks.Add((combining, character));
            }
        }

        void SortMarks()
        {
            characters.AddRange(marks.Count > 1 ? marks.OrderBy(m => m.Class).Select(m => m.Character) : marks.Select(m => m.Character));
            marks.Clear();
        }
    }

    private static int? Pair(int first, int second)
    {
        if (first is >= LeadFirst and < LeadFirst + LeadCount && second is >= VowelFirst and < VowelFirst + VowelCount)
        {
            return HangulFirst + ((((first - LeadFirst) * VowelCount) + second - VowelFirst) * TailCount);
        }

        if (first is >= HangulFirst and < HangulFirst + HangulCount && (first - HangulFirst) % TailCount == 0 && second is > TailFirst and < TailFirst + TailCount)
        {
            return first + second - TailFirst;
        }

        return Data.Value.Composition(first, second);
    }

    private static string ToText(List<int> characters)
    {
        var text = new StringBuilder(characters.Count);
        Span<char> units = stackalloc char[2];
        foreach (var character in characters)
        {
            text.Append(units[..new Rune(character).EncodeToUtf16(units)]);
        }

        return text.ToString();
    }

    /// <summary>What <c>UnicodeDecompositions.txt</c> says, one step of decomposition an entry.</summary>
    private sealed class Tables
    {
        private readonly Dictionary<int, int[]> _canonical = [];
        private readonly Dictionary<int, int[]> _compatibility = [];
        private readonly Dictionary<(int First, int Second), int> _compositions = [];
        private readonly Dictionary<int, int> _classes = [];

        public static Tables Read()
        {
            using var stream = typeof(UnicodeForms).Assembly.GetManifestResourceStream("UnicodeDecompositions.txt")!;
            using var reader = new StreamReader(stream);
            var tables = new Tables();
            while (reader.ReadLine() is { } line)
            {
                if (!line.StartsWith('#'))
                {
                    tables.Add(line);
                }
            }

            return tables;
        }

        public int Class(int character) => character < 0x300 ? 0 : _classes.GetValueOrDefault(character);

        public int[]? Decomposition(int character, bool compatibility) =>
            character < 0xA0 ? null
            : _canonical.TryGetValue(character, out var parts) || (compatibility && _compatibility.TryGetValue(character, out parts)) ? parts
            : null;

        public int? Composition(int first, int second) => _compositions.TryGetValue((first, second), out var composed) ? composed : null;

        private void Add(string line)
        {
            var at = line.AsSpan().IndexOfAny("=!~:");
            if (line[at] == ':')
            {
                var combining = int.Parse(line.AsSpan(at + 1), CultureInfo.InvariantCulture);
                var last = Hex(line[((at / 2) + 1)..at]);
                for (var c = Hex(line[..((at / 2) - 1)]); c <= last; c++)
                {
                    _classes[c] = combining;
                }

                return;
            }

            var character = Hex(line[..at]);
            var parts = line[(at + 1)..].Split(' ').Select(Hex).ToArray();
            (line[at] == '~' ? _compatibility : _canonical)[character] = parts;
            if (line[at] == '=')
            {
                _compositions[(parts[0], parts[1])] = character;
            }
        }

        private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
