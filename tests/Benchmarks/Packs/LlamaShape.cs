namespace MultiModalMesh.Benchmarks.Packs;

/// <summary>Sizes of a Llama-like decoder, by the names of its published configuration.</summary>
/// <param name="Layers">num_hidden_layers.</param>
/// <param name="Width">hidden_size.</param>
/// <param name="Heads">num_attention_heads.</param>
/// <param name="KvHeads">num_key_value_heads.</param>
/// <param name="MlpWidth">intermediate_size.</param>
/// <param name="Vocabulary">vocab_size.</param>
/// <param name="Context">max_position_embeddings.</param>
/// <param name="RopeTheta">rope_theta.</param>
/// <param name="Fused">Attention is ONNX Runtime's GroupQueryAttention, as in later exports, instead of plain operators.</param>
internal sealed record LlamaShape(int Layers, int Width, int Heads, int KvHeads, int MlpWidth, int Vocabulary, int Context, double RopeTheta, bool Fused = false)
{
    /// <summary>HuggingFaceTB/SmolLM2-135M-Instruct, config.json; embeddings are tied.</summary>
    public static readonly LlamaShape SmolLm2 = new(Layers: 30, Width: 576, Heads: 9, KvHeads: 3, MlpWidth: 1536, Vocabulary: 49_152, Context: 8192, RopeTheta: 100_000);

    /// <summary>Steps in well under a millisecond: shows what is around the model.</summary>
    public static readonly LlamaShape Tiny = new(Layers: 2, Width: 64, Heads: 4, KvHeads: 2, MlpWidth: 128, Vocabulary: 1024, Context: 512, RopeTheta: 10_000);

    /// <summary>A prompt of 500 tokens takes as long as some ten tokens of an answer, as with a large model on a GPU.</summary>
    public static readonly LlamaShape Small = new(Layers: 6, Width: 256, Heads: 4, KvHeads: 2, MlpWidth: 640, Vocabulary: 2048, Context: 2048, RopeTheta: 10_000);

    public int HeadWidth => Width / Heads;
}
