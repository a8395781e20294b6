namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>Which pieces get a sign for the space before them, beside those that have one.</summary>
internal enum PrependScheme
{
    /// <summary>Each piece between added tokens.</summary>
    Always,

    /// <summary>Only the piece that the text begins with.</summary>
    First,
    Never,
}

/// <summary>SentencePiece's way with spaces (<c>Metaspace</c>): a visible sign stands for each, and every word begins with one.</summary>
internal sealed class MetaspacePreTokenizer(char replacement, PrependScheme scheme, bool split) : PreTokenizer
{
    public override void Split(Piece piece, List<Piece> output)
    {
        var text = piece.Span.ToString().Replace(' ', replacement);
        if (!text.StartsWith(replacement) && (scheme == PrependScheme.Always || (scheme == PrependScheme.First && piece.AtStart)))
        {
            text = replacement + text;
        }

        piece = new Piece(text, piece.AtStart);
        if (!split)
        {
            output.Add(piece);
            return;
        }

        for (int start = 0, end; start < text.Length; start = end)
        {
            end = text.IndexOf(replacement, start + 1);
            end = end < 0 ? text.Length : end;
            output.Add(piece.Slice(start, end - start));
        }
    }

    /// <summary>The scheme that the fields of a pre-tokenizer or a decoder name; files before 2023 have only <c>add_prefix_space</c>.</summary>
    public static PrependScheme ReadScheme(JsonField field) => field.Text("prepend_scheme") switch
    {
        null => field.Flag("add_prefix_space", true) ? PrependScheme.Always : PrependScheme.Never,
        "always" => PrependScheme.Always,
        "first" => PrependScheme.First,
        "never" => PrependScheme.Never,
        var other => throw field.Get("prepend_scheme").Unsupported(other, "always, first, never"),
    };

    public static char ReadReplacement(JsonField field) => field.Get("replacement").Text() is [var sign]
        ? sign
        : throw field.Get("replacement").Invalid("is not one character of the basic plane");
}
