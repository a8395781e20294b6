namespace MultiModalMesh.Trainer.Tests.Runs;

/// <summary>Real trainer processes that get SIGKILL.</summary>
public sealed class InterruptedRunTests(TrainerProgram trainer) : IClassFixture<TrainerProgram>
{
    private const string Common = """
        checkpoints:
          every_steps: 3
          keep: 2
        evaluation:
          samples: 4
          answer_tokens: 4
        metrics:
          every_steps: 1

        """;

    private const string Optimization = """
        optimization:
          steps: 14
          batch_size: 4
          warmup_steps: 2
          ema_decay: 0.9

        """;

    public static TheoryData<string, string> Stages => new()
    {
        {
            "caption", $"""
            stage: caption
            init: {Path.Combine(Repository.Root, "deploy/models/picto")}
            data:
              shift_pixels: 3
              colour_jitter: 0.1
              sources:
                - path: shop
                  weight: 2
                - synthetic: true
            lora:
              rank: 4
            {Optimization}
            """
        },
        {
            "contrastive", $"""
            stage: contrastive
            vocabulary: 400
            data:
              sources:
                - path: shop
            contrastive:
              loss: sigmoid
              hard_negatives: 1
              mine_every_steps: 5
            {Optimization}
            """
        },
        { "picto", $"stage: picto\ninit: {Path.Combine(Repository.Root, "deploy/models/picto")}\n{Optimization}" },
    };

    [Theory]
    [MemberData(nameof(Stages))]
    public async Task A_killed_run_goes_on_as_if_nothing_had_happened(string stage, string settings)
    {
        trainer.Need();
        using var folder = new TemporaryFolder();
        await PrepareAsync(folder.Path, settings);
        var (code, output) = await TrainerProgram.RunAsync(folder.Path, "run", "c.yaml", "--out", "whole");
        Assert.True(code == 0, $"{stage}: {output}");

        using (var killed = TrainerProgram.Start(folder.Path, "run", "c.yaml", "--out", "broken"))
        {
            _ = killed.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            _ = killed.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await Poll.UntilAsync(
                () => Task.FromResult(Checkpoints(folder.Path)), files => files.Length > 0, () => "the first checkpoint", TestContext.Current.CancellationToken, TimeSpan.FromMinutes(10));
            killed.Kill(entireProcessTree: true);
            await killed.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.True(Losses(folder.Path, "broken").Length < Losses(folder.Path, "whole").Length, "The run was over before it was killed.");
        (code, output) = await TrainerProgram.RunAsync(folder.Path, "run", "c.yaml", "--out", "broken");
        Assert.True(code == 0, $"{stage}: {output}");
        Assert.Equal(Losses(folder.Path, "whole"), Losses(folder.Path, "broken"));
        Assert.Equal(File.ReadLines(Path.Combine(folder.Path, "whole/evaluations.csv")), File.ReadLines(Path.Combine(folder.Path, "broken/evaluations.csv")));
    }

    [Fact]
    public async Task A_damaged_checkpoint_is_told_and_the_one_before_is_taken()
    {
        trainer.Need();
        using var folder = new TemporaryFolder();
        await PrepareAsync(folder.Path, Stages.First().Data.Item2.Replace("steps: 14", "steps: 6", StringComparison.Ordinal));
        Assert.Equal(0, (await TrainerProgram.RunAsync(folder.Path, "run", "c.yaml", "--out", "broken")).Code);
        var losses = Losses(folder.Path, "broken");
        var newest = Checkpoints(folder.Path).Max()!;
        using (var file = File.OpenWrite(newest))
        {
            file.Seek(file.Length / 2, SeekOrigin.Begin);
            file.Write("not weights"u8);
        }

        var (code, output) = await TrainerProgram.RunAsync(folder.Path, "run", "c.yaml", "--out", "broken");
        Assert.Equal(0, code);
        Assert.Contains($"{Path.GetFileName(newest)} is damaged: its contents do not have the hash that it states. Going back to the one before.", output, StringComparison.Ordinal);
        Assert.Equal(losses, Losses(folder.Path, "broken"));
    }

    [Fact]
    public async Task A_device_that_is_not_there_is_one_clear_sentence()
    {
        trainer.Need();
        using var folder = new TemporaryFolder();
        await PrepareAsync(folder.Path, Stages.First().Data.Item2, "cuda");
        var (code, output) = await TrainerProgram.RunAsync(folder.Path, "run", "c.yaml", "--out", "run");
        Assert.NotEqual(0, code);
        Assert.Matches("^device: cuda cannot be used: [^\n]*\n$", output);
    }

    private static async Task PrepareAsync(string folder, string settings, string device = "cpu")
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "c.yaml"), $"{settings}\ndevice: {device}\n{Common}", TestContext.Current.CancellationToken);
        var (code, output) = await TrainerProgram.RunAsync(folder, "prepare", "--out", "shop", "--kinds", "1", "--train", "2");
        Assert.True(code == 0, output);
    }

    private static string[] Checkpoints(string folder) =>
        Directory.Exists(Path.Combine(folder, "broken/checkpoints")) ? Directory.GetFiles(Path.Combine(folder, "broken/checkpoints"), "*.ckpt") : [];

    /// <summary>All but how long it took.</summary>
    private static string[] Losses(string folder, string run) =>
        [.. File.ReadLines(Path.Combine(folder, run, "metrics.csv")).Select(l => string.Join(',', l.Split(',').SkipLast(2)))];
}
