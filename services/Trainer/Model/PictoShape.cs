namespace MultiModalMesh.Trainer.Model;

/// <summary>Sizes of the network; what is fixed by the pack's contract and what a retraining may change.</summary>
internal sealed record PictoShape
{
    /// <summary>Tokens of the tokenizer.</summary>
    public required int Vocabulary { get; init; }

    public int ImageSize { get; init; } = 96;

    /// <summary>Patches per side after the stem.</summary>
    public int Grid { get; init; } = 8;

    public int Width { get; init; } = 192;

    public int Heads { get; init; } = 6;

    public int VisionBlocks { get; init; } = 2;

    public int TextBlocks { get; init; } = 2;

    public int DecoderBlocks { get; init; } = 4;

    /// <summary>Dimensions of the space that pictures and texts share.</summary>
    public int Embedding { get; init; } = 128;

    /// <summary>Positions of the decoder: image tokens, then text.</summary>
    public int Context { get; init; } = 256;

    /// <summary>Longest text of the text encoder in tokens.</summary>
    public int TextContext { get; init; } = 64;

    public int Patches => Grid * Grid;

    public int HeadWidth => Width / Heads;
}
