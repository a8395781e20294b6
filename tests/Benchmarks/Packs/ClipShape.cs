namespace MultiModalMesh.Benchmarks.Packs;

/// <summary>Sizes of one tower of a CLIP model.</summary>
/// <param name="Layers">num_hidden_layers.</param>
/// <param name="Width">hidden_size.</param>
/// <param name="Heads">num_attention_heads.</param>
internal sealed record TowerShape(int Layers, int Width, int Heads)
{
    public int MlpWidth => 4 * Width;
}

/// <summary>Sizes of a CLIP model, by the names of its published configuration.</summary>
/// <param name="Vision">vision_config.</param>
/// <param name="Text">text_config.</param>
/// <param name="ImageSize">image_size.</param>
/// <param name="PatchSize">patch_size.</param>
/// <param name="TextLength">max_position_embeddings.</param>
/// <param name="Vocabulary">vocab_size.</param>
/// <param name="Projection">projection_dim.</param>
internal sealed record ClipShape(TowerShape Vision, TowerShape Text, int ImageSize, int PatchSize, int TextLength, int Vocabulary, int Projection)
{
    /// <summary>openai/clip-vit-base-patch32, config.json.</summary>
    public static readonly ClipShape VitB32 = new(
        new TowerShape(12, 768, 12), new TowerShape(12, 512, 8), ImageSize: 224, PatchSize: 32, TextLength: 77, Vocabulary: 49_408, Projection: 512);

    public static readonly ClipShape Tiny = new(
        new TowerShape(2, 32, 2), new TowerShape(2, 32, 2), ImageSize: 32, PatchSize: 8, TextLength: 16, Vocabulary: 1024, Projection: 16);

    /// <summary>Positions of the vision tower: the patches and one that stands for the whole.</summary>
    public int VisionPositions => (ImageSize / PatchSize * (ImageSize / PatchSize)) + 1;
}
