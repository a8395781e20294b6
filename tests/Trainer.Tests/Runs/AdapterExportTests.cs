using MultiModalMesh.OnnxGraphs.Schema;

namespace MultiModalMesh.Trainer.Tests.Runs;

public sealed class AdapterExportTests(TrainerProgram trainer) : IClassFixture<TrainerProgram>
{
    private static readonly string Shipped = Path.Combine(Repository.Root, "deploy/models/picto");

    [Fact]
    public async Task Adapters_are_merged_and_everything_else_is_as_it_was()
    {
        trainer.Need();
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(
            Path.Combine(folder.Path, "c.yaml"),
            $"stage: caption\ninit: {Shipped}\ndata:\n  sources:\n    - path: shop\nlora:\n  rank: 2\n  targets: ['decoder.blocks.1.query']\noptimization:\n  steps: 2\n  batch_size: 2\n  warmup_steps: 0\n  learning_rate: 0.01\nevaluation:\n  samples: 0\n",
            TestContext.Current.CancellationToken);
        foreach (var command in (string[][])[["prepare", "--out", "shop", "--kinds", "1", "--train", "1"], ["run", "c.yaml", "--out", "run"], ["export", "--run", "run", "--pack", "pack", "--name", "shop"]])
        {
            var (code, output) = await TrainerProgram.RunAsync(folder.Path, command);
            Assert.True(code == 0, output);
        }

        string[] graphs = ["vision_model.onnx", "text_model.onnx", "decoder_model_merged.onnx"];
        var changed = graphs.SelectMany(g => Changed(Path.Combine(Shipped, "onnx", g), Path.Combine(folder.Path, "pack", "onnx", g)));
        Assert.Equal(["decoder.blocks.1.query.weight"], changed);
    }

    private static IEnumerable<string> Changed(string before, string after)
    {
        var old = ModelProto.Parser.ParseFrom(File.ReadAllBytes(before)).Graph.Initializer.ToDictionary(t => t.Name, t => t.RawData);
        var now = ModelProto.Parser.ParseFrom(File.ReadAllBytes(after)).Graph.Initializer;
        Assert.Equal(old.Keys.Order(), now.Select(t => t.Name).Order());
        return now.Where(t => !t.RawData.Equals(old[t.Name])).Select(t => t.Name);
    }
}
