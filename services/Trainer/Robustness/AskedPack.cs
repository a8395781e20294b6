using System.Numerics.Tensors;
using System.Text;
using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference;
using MultiModalMesh.Inference.Decoding;
using MultiModalMesh.Inference.Encoders;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Trainer.Robustness;

/// <param name="LogProbability">Of the whole answer.</param>
/// <param name="Confidence">As the pack is calibrated; 0 for one that is not.</param>
internal readonly record struct Judged(DialogueTurn Turn, string Said, bool Right, double LogProbability, double Confidence);

/// <summary>A pack that is asked as it is served, through the same engine, the likeliest answer always; the turns before a question hold the right answers.</summary>
internal sealed class AskedPack : IDisposable
{
    private const int AnswerTokens = 64;

    private readonly PackCatalog _catalog;
    private readonly LoadedPack _pack;

    public AskedPack(string folder)
    {
        _catalog = PackCatalog.Load([folder], PackParts.All, new InferenceOptions());
        _pack = _catalog.Packs.FirstOrDefault() ?? throw _catalog.Entries.Select(e => e.Error).FirstOrDefault() ?? new MeshException(ErrorReason.PackInvalid, $"{folder} is no model pack.");
    }

    public ModelPack Pack => _pack.Pack;

    public Task<ImageEncoding> SeeAsync(byte[] picture, CancellationToken cancellationToken) => _pack.RequireVisionEncoder().EncodeAsync(picture, cancellationToken);

    public async Task<float[]> ReadAsync(string text, CancellationToken cancellationToken) => (await _pack.RequireTextEncoder().EncodeAsync(text, cancellationToken)).Embedding;

    /// <summary>Asks every question of a dialogue.</summary>
    /// <param name="key">Names the dialogue among those asked at the same time.</param>
    public async Task<List<Judged>> AskAsync(ImageEncoding picture, IReadOnlyList<DialogueTurn> turns, string key, CancellationToken cancellationToken)
    {
        var features = new ImageFeatures(picture.Features, picture.FeatureTokens, picture.FeatureWidth, picture.Grid);
        var messages = new List<ChatMessage>();
        var judged = new List<Judged>();
        foreach (var turn in turns)
        {
            messages.Add(new ChatMessage(ChatRole.User, turn.Question, messages.Count == 0 ? 1 : 0));
            var request = new GenerationRequest
            {
                Prompt = Pack.RequireChatPrompt().Build(messages, AnswerTokens, _ => picture.Grid).Tokens,
                Image = features,
                MaxNewTokens = AnswerTokens,
                Sampling = new SamplingOptions { LogProbabilities = 0 },
                CacheKey = key,
            };
            var (said, completed) = await AnswerAsync(request, cancellationToken);
            judged.Add(new Judged(turn, said, said == turn.Answer, completed.LogProbability ?? 0, completed.Confidence ?? 0));
            messages.Add(new ChatMessage(ChatRole.Assistant, turn.Answer));
        }

        return judged;
    }

    /// <summary>Asks about many pictures, some at a time.</summary>
    public async Task<List<Judged>[]> AskAllAsync(IReadOnlyList<(ImageEncoding Picture, IReadOnlyList<DialogueTurn> Turns)> asked, string purpose, CancellationToken cancellationToken)
    {
        var answers = new List<Judged>[asked.Count];
        await Parallel.ForAsync(0, asked.Count, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken }, async (i, token) =>
            answers[i] = await AskAsync(asked[i].Picture, asked[i].Turns, $"{purpose}/{i}", token));
        return answers;
    }

    /// <summary>Index of the nearest of these vectors of length 1.</summary>
    public static int Nearest(float[] to, IReadOnlyList<float[]> among) => TensorPrimitives.IndexOfMax([.. among.Select(a => TensorPrimitives.Dot(a, to))]);

    public void Dispose() => _catalog.Dispose();

    private async Task<(string Said, GenerationCompleted Completed)> AnswerAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        await foreach (var item in _pack.RequireDecoder().GenerateAsync(request, cancellationToken))
        {
            switch (item)
            {
                case GeneratedToken token:
                    text.Append(token.TextDelta);
                    break;
                case GenerationCompleted completed:
                    return (text.Append(completed.TextDelta).ToString().Trim(), completed);
            }
        }

        throw new MeshException(ErrorReason.PeerFailed, "The decoder ended its answer without saying how.");
    }
}
