using System.Text.Json;
using MultiModalMesh.Data.Scenes;
using MultiModalMesh.FunctionalTests.Dialogues;

namespace MultiModalMesh.FunctionalTests.Evaluation;

/// <summary><c>mesh eval</c>, with answers from a file and with a mesh that is asked.</summary>
public sealed class EvalCommandTests(MeshFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Results_and_references_in_COCOs_own_files_need_no_model()
    {
        using var folder = new TemporaryFolder();
        var annotations = await WriteAsync(
            folder,
            "captions.json",
            """
            {"images": [{"id": 1, "file_name": "1.png", "light": "day"}, {"id": 2, "file_name": "2.png", "light": "night"}],
             "annotations": [{"id": 1, "image_id": 1, "caption": "A dog runs over the grass."}, {"id": 2, "image_id": 2, "caption": "Two cups stand on a table."}]}
            """);
        var results = await WriteAsync(folder, "results.json", """[{"image_id": 1, "caption": "a dog runs over the grass"}, {"image_id": 2, "caption": "nothing"}]""");
        var html = Path.Combine(folder.Path, "report.html");

        var (code, report) = await EvaluateAsync("caption", "--candidates", results, "--annotations", annotations, "--slice", "light", "--html", html, "--json");

        Assert.Equal(0, code);
        Assert.Equal(0.5, Metric(report, "ROUGE-L"), 1e-9);
        Assert.Equal(1, report.GetProperty("slices")[0].GetProperty("gaps").EnumerateArray().Single(gap => gap.GetProperty("name").GetString() == "ROUGE-L").GetProperty("value").GetDouble());
        Assert.Equal("2", report.GetProperty("worst")[0].GetProperty("id").GetString());
        Assert.Contains("Worst items", await File.ReadAllTextAsync(html, Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mesh_is_asked_once_and_what_failed_is_counted_and_asked_again()
    {
        using var folder = new TemporaryFolder();
        string[] lines =
        [
            .. await Task.WhenAll(Enumerable.Range(0, 3).Select(async i =>
            {
                var sample = Scenes.Get(170 + i);
                await File.WriteAllBytesAsync(Path.Combine(folder.Path, $"{i}.png"), sample.Png(), Cancellation);
                return JsonSerializer.Serialize(new { id = $"{i}", image = $"{i}.png", question = "What colour is the background?", answers = new[] { Colours.Names[sample.Scene.Background] } });
            })),
            """{"id": "broken", "image": "broken.png", "question": "What colour is the background?", "answers": ["red"]}""",
        ];
        await WriteAsync(folder, "broken.png", "no picture");
        var items = await WriteAsync(folder, "items.jsonl", string.Join('\n', lines));
        var run = Path.Combine(folder.Path, "run.jsonl");
        string[] arguments = ["vqa", "--items", items, "--images", folder.Path, "--run", run, "--url", fixture.Mesh.Http.ToString(), "--json"];

        var (code, report) = await EvaluateAsync(arguments);
        var written = await File.ReadAllTextAsync(run, Cancellation);
        await File.WriteAllBytesAsync(Path.Combine(folder.Path, "broken.png"), Scenes.Get(175).Png(), Cancellation);
        var (again, second) = await EvaluateAsync(arguments);

        Assert.Equal((1, 0), (code, again));
        Assert.Equal("broken", Assert.Single(report.GetProperty("failures").EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal(0.75, Metric(report, "VQA accuracy"), 1e-9);
        Assert.Empty(second.GetProperty("failures").EnumerateArray());

        // Only the one that failed was asked again.
        Assert.Single((await File.ReadAllTextAsync(run, Cancellation))[written.Length..].Trim().Split('\n'));
    }

    [Fact]
    public async Task Retrieval_and_classes_are_measured_with_the_meshs_embeddings()
    {
        using var folder = new TemporaryFolder();
        var lines = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            var sample = Scenes.Get(240 + i);
            await File.WriteAllBytesAsync(Path.Combine(folder.Path, $"{i}.png"), sample.Png(), Cancellation);
            lines.Add(JsonSerializer.Serialize(new { id = $"{i}", image = $"{i}.png", references = new[] { sample.RetrievalSentence }, label = sample.RetrievalSentence }));
        }

        var items = await WriteAsync(folder, "items.jsonl", string.Join('\n', lines));
        string[] arguments = ["--items", items, "--images", folder.Path, "--url", fixture.Mesh.Http.ToString(), "--json"];

        var (_, retrieval) = await EvaluateAsync(["retrieval", .. arguments]);
        var (_, classes) = await EvaluateAsync(["classify", "--prompt", "{}", .. arguments]);

        // Chance is 1 of 8.
        Assert.InRange(Metric(retrieval, "text to picture R@1"), 0.5, 1);
        Assert.InRange(Metric(retrieval, "picture to text mAP"), 0.5, 1);
        Assert.InRange(Metric(classes, "top-1"), 0.5, 1);
    }

    private static double Metric(JsonElement report, string name) =>
        report.GetProperty("metrics").EnumerateArray().Single(metric => metric.GetProperty("name").GetString() == name).GetProperty("value").GetDouble();

    private static async Task<string> WriteAsync(TemporaryFolder folder, string name, string content)
    {
        var path = Path.Combine(folder.Path, name);
        await File.WriteAllTextAsync(path, content, Cancellation);
        return path;
    }

    private static async Task<(int Code, JsonElement Report)> EvaluateAsync(params string[] arguments)
    {
        await using var process = ServiceProcess.Start("services/Mesh", ["eval", .. arguments]);
        var code = await process.WaitForExitAsync(Cancellation);
        Assert.True(process.Answer.StartsWith('{'), process.Output);
        return (code, JsonElement.Parse(process.Answer));
    }
}
