using MultiModalMesh.Errors;
using MultiModalMesh.Trainer.Settings;

namespace MultiModalMesh.Trainer.Tests.Settings;

public sealed class SettingsFileTests
{
    private const string Small = "stage: caption\ndata:\n  sources:\n    - path: here\n";

    public static TheoryData<string> Examples => [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Configurations"), "*.yaml").Select(Path.GetFileName).OfType<string>()];

    [Theory]
    [MemberData(nameof(Examples))]
    public void Every_example_is_valid_and_its_printed_form_is_the_same_run(string name)
    {
        var settings = SettingsFile.Read(Path.Combine(AppContext.BaseDirectory, "Configurations", name));
        var again = SettingsFile.Parse(SettingsFile.Print(settings), "printed");
        Assert.Equal(SettingsFile.Flatten(settings), SettingsFile.Flatten(again));
    }

    [Theory]
    [InlineData("optimisation:\n  steps: 3\n", "c.yaml(5): optimisation: there is no such key; did you mean 'optimization'?")]
    [InlineData("optimization:\n  learning_rat: 3\n", "c.yaml(6): optimization.learning_rat: there is no such key; did you mean 'learning_rate'?")]
    [InlineData("optimization:\n  batch_size: 0\n", "c.yaml(6): optimization.batch_size: 0 is out of range; it takes 1 to 65536.")]
    [InlineData("optimization:\n  steps: many\n", "c.yaml(6): optimization.steps: 'many' is not a whole number.")]
    [InlineData("contrastive:\n  loss: sigmoit\n", "c.yaml(6): contrastive.loss: 'sigmoit' is not one of infonce, sigmoid; did you mean 'sigmoid'?")]
    [InlineData("optimization:\n  warmup_steps: 50\n  steps: 40\n", "c.yaml(6): optimization.warmup_steps: 50 must be below optimization.steps, 40.")]
    [InlineData("lora:\n  rank: 4\n", "c.yaml(6): lora.rank: adapters adapt a pack: name one in 'init'.")]
    [InlineData("device: gpu\n", "c.yaml(5): device: 'gpu' is none; it takes auto, cpu, cuda or cuda:N.")]
    public void A_mistake_is_told_with_file_line_and_key(string addition, string message)
    {
        var refusal = Assert.Throws<MeshException>(() => SettingsFile.Parse(Small + addition, "c.yaml"));
        Assert.Equal(message, refusal.Message);
    }

    [Fact]
    public void All_mistakes_are_told_at_once()
    {
        var refusal = Assert.Throws<MeshException>(() => SettingsFile.Parse("stag: caption\nseed: -1\n", "c.yaml"));
        Assert.Equal(
            [
                "c.yaml(1): stag: there is no such key; did you mean 'stage'?",
                "c.yaml(2): seed: -1 is out of range; it takes 0 to 2147483647.",
                "c.yaml(1): stage: this key is needed: one of contrastive, caption, vqa, dialogue, picto.",
            ],
            refusal.Message.Split('\n'));
    }

    [Fact]
    public void A_source_is_a_path_or_the_synthetic_world()
    {
        var refusal = Assert.Throws<MeshException>(() => SettingsFile.Parse(Small + "      synthetic: true\n", "c.yaml"));
        Assert.Equal("c.yaml(4): data.sources[0]: a source has either a path or 'synthetic: true'.", refusal.Message);
    }
}
