using System.Text.Json;
using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Trainer.Commands;
using MultiModalMesh.Trainer.Evaluation;

namespace MultiModalMesh.Trainer.Tests.Commands;

public sealed class ClassificationCommandTests
{
    private const int EachKind = 8;

    private static readonly string[] Kinds = ["dog", "car", "apple", "hammer", "book"];

    [Fact]
    public async Task Labelled_folders_are_classified_by_name_and_by_a_probe()
    {
        var folder = Directory.CreateTempSubdirectory("mesh-test-").FullName;
        Draw(folder);
        foreach (var (command, least) in ((string, double)[])[("zero-shot", 0.5), ("linear-probe", 0.6)])
        {
            var json = Path.Combine(folder, command + ".json");
            Assert.Equal(0, await TrainerCommandLine.InvokeAsync([command, "--pack", ShippedPack.Folder, "--data", Path.Combine(folder, "pictures"), "--json", json]));
            using var result = JsonDocument.Parse(await File.ReadAllTextAsync(json, TestContext.Current.CancellationToken));
            Assert.True(result.RootElement.GetProperty("accuracy").GetDouble() >= least, $"{command}: {result.RootElement}");
            Assert.Equal(Kinds.Order(), result.RootElement.GetProperty("classes").EnumerateArray().Select(c => c.GetString()));
        }
    }

    [Fact]
    public async Task A_folder_that_is_no_pack_is_refused() =>
        Assert.NotEqual(0, await TrainerCommandLine.InvokeAsync(["zero-shot", "--pack", Path.GetTempPath() + "no-pack", "--data", "."]));

    private static void Draw(string folder)
    {
        var art = ArtLibrary.Load();
        var source = new SampleSource(art, Split.Test);
        var left = Kinds.ToDictionary(k => art.Kinds.Single(kind => kind.Singular == k).Id, _ => EachKind);
        for (var index = 0L; left.Values.Any(l => l > 0); index++)
        {
            var sample = source.CreateSingleObject(index);
            var kind = sample.Scene.Objects[0].Kind;
            if (left.GetValueOrDefault(kind) > 0)
            {
                var path = Path.Combine(folder, "pictures", art.Kinds[kind].Singular, $"{left[kind]--}.png");
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllBytes(path, PngFile.Write(sample.Pixels, 96));
            }
        }
    }
}
