namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>
/// The byte-to-character table of byte-level BPE (GPT-2, <c>bytes_to_unicode</c>): printable Latin-1 bytes stand for themselves, the other
/// 68 bytes for U+0100 and up, so that every byte string is a string without spaces or control characters.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] Characters = BuildCharacters();
    private static readonly Dictionary<char, byte> Bytes = Characters.Select((c, i) => (c, i)).ToDictionary(p => p.c, p => (byte)p.i);

    public static char ToCharacter(byte value) => Characters[value];

    /// <summary>The bytes that a token stands for; a token with a character outside the alphabet stands for its own UTF-8 bytes.</summary>
    public static byte[] Decode(string token)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < token.Length; i++)
        {
            if (!Bytes.TryGetValue(token[i], out bytes[i]))
            {
                return System.Text.Encoding.UTF8.GetBytes(token);
            }
        }

        return bytes;
    }

    private static char[] BuildCharacters()
    {
        var characters = new char[256];
        var next = 256;
        for (var b = 0; b < 256; b++)
        {
            var printable = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            characters[b] = printable ? (char)b : (char)next++;
        }

        return characters;
    }
}
