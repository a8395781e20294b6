using System.Text.Json;
using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Trainer.Commands;
using MultiModalMesh.Trainer.Model;
using MultiModalMesh.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MultiModalMesh.Trainer.Export;

/// <summary>
/// What the trainer's own forward pass gives for a few inputs, so that a test without the tensor library can compare the exported graphs with it.
/// </summary>
/// <param name="Pixels">[height, width, 3] bytes of a picture, Base64.</param>
/// <param name="ImageEmbeds">[embedding].</param>
/// <param name="ImageFeatures">The first <see cref="Goldens.FeatureRows"/> of [patches, width].</param>
/// <param name="CaptionTokens">Tokens of a retrieval sentence.</param>
/// <param name="TextEmbeds">[embedding].</param>
/// <param name="Tokens">A dialogue.</param>
/// <param name="Positions">Chosen positions, image tokens counted.</param>
/// <param name="Logits">[positions, vocabulary].</param>
internal sealed record Golden(byte[] Pixels, float[] ImageEmbeds, float[] ImageFeatures, long[] CaptionTokens, float[] TextEmbeds, long[] Tokens, long[] Positions, float[] Logits);

/// <summary>Reads and writes goldens.</summary>
internal static class Goldens
{
    public const int FeatureRows = 8;

    public const string FileName = "picto.json";

    private const int Count = 3, Positions = 4;

    public static void Write(Workspace workspace, string folder)
    {
        Directory.CreateDirectory(folder);
        var source = new SampleSource(workspace.Art, Split.Validation);
        var goldens = Enumerable.Range(0, Count).Select(i => Create(workspace, source.Create(10_000 + i)));
        File.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(goldens));
    }

    public static Golden[] Read(string path) => JsonSerializer.Deserialize<Golden[]>(File.ReadAllBytes(path)) ?? throw new InvalidDataException($"{path} is empty.");

    private static Golden Create(Workspace workspace, Sample sample)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var batch = workspace.Composer.Compose([sample]);
        var model = workspace.Model;
        var tokens = workspace.Network.See(batch, statistics: false);
        var features = model.Vision.Features(tokens);
        var positions = batch.AnswerPositions.Take(Positions).ToArray();
        return new Golden(
            sample.Pixels, Values(model.Vision.Embed(tokens)), Values(features.narrow(1, 0, FeatureRows)), batch.Captions, Values(workspace.Network.Captions(batch)),
            batch.Tokens, positions, Values(workspace.Network.Of(batch, features, null).narrow(0, 0, positions.Length)));
    }

    private static float[] Values(Tensor tensor) => tensor.cpu().contiguous().data<float>().ToArray();
}
