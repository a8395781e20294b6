namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>Turns pre-tokens into ids, and remembers those of frequent ones.</summary>
/// <param name="control">Ids of control tokens: in plain text the model must not put one together, whatever the vocabulary says.</param>
internal abstract class TokenModel(IReadOnlySet<int> control)
{
    private readonly PieceCache _parsed = new();
    private readonly PieceCache _plain = new();

    /// <summary>Appends the ids of one pre-token.</summary>
    /// <param name="piece">The pre-token.</param>
    /// <param name="plain">True: the text is a user's, in which no control token is found.</param>
    /// <param name="output">Receives the ids.</param>
    public void Encode(ReadOnlySpan<char> piece, bool plain, List<int> output)
    {
        if (piece.IsEmpty)
        {
            return;
        }

        var cache = plain ? _plain : _parsed;
        if (!cache.TryGet(piece, out var ids))
        {
            ids = Encode(piece, plain);
            cache.Add(piece, ids);
        }

        output.AddRange(ids);
    }

    protected abstract int[] Encode(ReadOnlySpan<char> piece, bool plain);

    /// <summary>Whether a token may come out of a text of this kind.</summary>
    protected bool Allowed(int id, bool plain) => !plain || !control.Contains(id);

    /// <summary>The ids of the tokens <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c>, -1 for one that is missing.</summary>
    protected static int[] ByteIds(Dictionary<string, int> vocabulary) =>
        [.. Enumerable.Range(0, 256).Select(b => vocabulary.GetValueOrDefault($"<0x{b:X2}>", -1))];

    /// <summary>Appends the tokens of a text's UTF-8 bytes; nothing, and false, if one of them is missing.</summary>
    protected static bool TryBytes(ReadOnlySpan<char> text, int[] byteIds, List<int> output)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text.ToArray());
        if (Array.Exists(bytes, b => byteIds[b] < 0))
        {
            return false;
        }

        output.AddRange(bytes.Select(b => byteIds[b]));
        return true;
    }
}
