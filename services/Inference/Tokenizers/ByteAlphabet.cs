using System.Buffers;
using System.Text;

namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>
/// The byte-to-character table of byte-level BPE (GPT-2, <c>bytes_to_unicode</c>): printable Latin-1 bytes stand for themselves, the other
/// 68 bytes for U+0100 and up, so that every byte string is a string without spaces or control characters.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] Characters = BuildCharacters();
    private static readonly short[] Bytes = BuildBytes();

    /// <summary>The UTF-8 bytes of a text, one character each; half a surrogate pair counts as U+FFFD.</summary>
    public static string Encode(ReadOnlySpan<char> text)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            var count = Encoding.UTF8.GetBytes(text, bytes);
            return string.Create(count, bytes, static (characters, bytes) =>
            {
                for (var i = 0; i < characters.Length; i++)
                {
                    characters[i] = Characters[bytes[i]];
                }
            });
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>The bytes that a token stands for; a token with a character outside the alphabet stands for its own UTF-8 bytes.</summary>
    public static byte[] Decode(string token)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < token.Length; i++)
        {
            if (token[i] >= Bytes.Length || Bytes[token[i]] < 0)
            {
                return Encoding.UTF8.GetBytes(token);
            }

            bytes[i] = (byte)Bytes[token[i]];
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

    private static short[] BuildBytes()
    {
        var bytes = new short[Characters.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (var b = 0; b < 256; b++)
        {
            bytes[Characters[b]] = (short)b;
        }

        return bytes;
    }
}
