using System.Text.Json;
using MultiModalMesh.Data.Scenes;
using MultiModalMesh.FunctionalTests.Dialogues;
using MultiModalMesh.FunctionalTests.Processes;

namespace MultiModalMesh.FunctionalTests.CommandLine;

/// <summary>The program's commands, with and without a server.</summary>
public sealed class CommandLineTests(MeshFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ask_answers_from_a_running_server()
    {
        using var folder = new TemporaryFolder();
        var sample = Scenes.Get(170);
        var file = await WriteAsync(folder, "scene.png", sample);

        var (code, output) = await RunAsync("ask", file, "What colour is the background?", "--url", fixture.Mesh.Http.ToString());

        Assert.Equal(0, code);
        Assert.Equal(Colours.Names[sample.Scene.Background], output.Trim().TrimEnd('.').ToLowerInvariant());
    }

    [Fact]
    public async Task Describe_works_without_a_server_and_prints_JSON_for_programs()
    {
        using var folder = new TemporaryFolder();
        var file = await WriteAsync(folder, "scene.png", Scenes.Get(171));

        var (code, output) = await RunAsync("describe", file, "--json", "--data", Path.Combine(folder.Path, "data"));

        Assert.Equal(0, code);
        using var json = JsonDocument.Parse(output);
        Assert.NotEmpty(json.RootElement.GetProperty("answer").GetString()!);
    }

    [Fact]
    public async Task A_folder_is_indexed_and_searched_and_bad_files_are_named()
    {
        using var folder = new TemporaryFolder();
        var samples = Enumerable.Range(0, 6).Select(i => Scenes.GetSingle(210 + i)).ToArray();
        Directory.CreateDirectory(Path.Combine(folder.Path, "pictures", "deep"));
        for (var i = 0; i < samples.Length; i++)
        {
            await WriteAsync(folder, Path.Combine("pictures", i % 2 == 0 ? "deep" : ".", $"{i}.png"), samples[i]);
        }

        await File.WriteAllTextAsync(Path.Combine(folder.Path, "pictures", "broken.jpg"), "no picture", Cancellation);
        var data = Path.Combine(folder.Path, "data");

        var (indexed, report) = await RunAsync("index", Path.Combine(folder.Path, "pictures"), "--collection", "mine", "--json", "--data", data);
        var (searched, hits) = await RunAsync(
            "search", "mine", "--image", Path.Combine(folder.Path, "pictures", "deep", "2.png"), "--json", "--data", data);
        var (byWords, table) = await RunAsync("search", "mine", samples[2].RetrievalSentence, "--data", data);

        Assert.Equal((1, 0, 0), (indexed, searched, byWords));
        Assert.Contains("deep/2.png", table, StringComparison.Ordinal);
        using var outcome = JsonDocument.Parse(report[report.IndexOf('{', StringComparison.Ordinal)..]);
        Assert.Equal(6, outcome.RootElement.GetProperty("indexed").GetInt32());
        Assert.Equal("broken.jpg", outcome.RootElement.GetProperty("failures")[0].GetProperty("file").GetString());
        using var found = JsonDocument.Parse(hits);
        Assert.Equal(6, found.RootElement.GetProperty("hits").GetArrayLength());
        Assert.Equal("deep/2.png", found.RootElement.GetProperty("hits")[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_table_of_paths_is_indexed_with_its_texts_once_and_copies_are_left_out()
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < 3; i++)
        {
            await WriteAsync(folder, $"{i}.png", Scenes.GetSingle(230 + i));
        }

        File.Copy(Path.Combine(folder.Path, "0.png"), Path.Combine(folder.Path, "copy.png"));
        var table = Path.Combine(folder.Path, "pictures.csv");
        var collection = $"table-{Guid.NewGuid():N}";
        string[] index = ["index", table, "--collection", collection, "--dedupe", "--json", "--url", fixture.Mesh.Http.ToString()];
        await File.WriteAllLinesAsync(table, ["image,caption,shelf", "0.png,first,a", "1.png,second,b", "copy.png,again,b", "2.png,third,b"], Cancellation);

        var first = await RunAsync(index);
        var again = await RunAsync(index);
        await File.WriteAllLinesAsync(table, ["image,caption,shelf", "0.png,first,a", "1.png,changed,b", "copy.png,again,b", "2.png,third,b"], Cancellation);
        var changed = await RunAsync(index);
        var (_, copied) = await RunAsync("collections", "copy", collection, $"{collection}-2", "--from", fixture.Mesh.Http.ToString(), "--json");
        var (_, hits) = await RunAsync("search", $"{collection}-2", "anything", "--filter", """{"metadata.shelf": "b", "captions": "changed"}""", "--json", "--url", fixture.Mesh.Http.ToString());

        Assert.Equal((0, 0, 0), (first.Code, again.Code, changed.Code));
        Assert.Equal([(3, 0, 1), (0, 3, 1), (1, 2, 1)], new[] { first.Output, again.Output, changed.Output }.Select(Counts));
        Assert.Equal(3, JsonDocument.Parse(copied).RootElement.GetProperty("items").GetInt32());
        var hit = Assert.Single(JsonDocument.Parse(hits).RootElement.GetProperty("hits").EnumerateArray());
        Assert.Equal("1.png", hit.GetProperty("payload").GetProperty("path").GetString());

        static (int, int, int) Counts(string output)
        {
            var outcome = JsonDocument.Parse(output[output.IndexOf('{', StringComparison.Ordinal)..]).RootElement;
            return (outcome.GetProperty("indexed").GetInt32(), outcome.GetProperty("unchanged").GetInt32(), outcome.GetProperty("duplicates").GetInt32());
        }
    }

    [Fact]
    public async Task A_bad_picture_ends_the_indexing_where_that_is_wanted()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "broken.jpg"), "no picture", Cancellation);

        var (code, _) = await RunAsync("index", folder.Path, "--collection", $"stop-{Guid.NewGuid():N}", "--on-error", "stop", "--url", fixture.Mesh.Http.ToString());

        Assert.Equal(1, code);
    }

    [Fact]
    public async Task Top_prints_the_mesh_once_where_the_output_is_no_terminal_and_as_JSON_for_programs()
    {
        var url = fixture.Mesh.Http.ToString();

        var (plain, tables) = await RunAsync("top", "--url", url);
        var (coded, json) = await RunAsync("top", "--json", "--url", url);

        Assert.Equal((0, 0), (plain, coded));
        Assert.All(["silo, worker", "picto@", "cpu"], part => Assert.Contains(part, tables, StringComparison.Ordinal));
        Assert.DoesNotContain('\u001b', tables);
        var system = JsonDocument.Parse(json).RootElement;
        var worker = Assert.Single(system.GetProperty("workers").EnumerateArray()).GetProperty("id").GetString();
        Assert.Equal(worker, Assert.Single(system.GetProperty("members").EnumerateArray()).GetProperty("workerId").GetString());
        Assert.True(system.GetProperty("activeDialogues").GetInt32() >= 0);
    }

    [Fact]
    public async Task Top_starts_no_mesh_of_its_own()
    {
        using var folder = new TemporaryFolder();

        var (code, output) = await RunAsync("top", "--data", folder.Path);

        Assert.Equal(1, code);
        Assert.Contains("No mesh serves the data folder", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_names_every_command()
    {
        var (code, output) = await RunAsync("--help");

        Assert.Equal(0, code);
        Assert.All(["serve", "describe", "ask", "index", "search", "models", "top"], command => Assert.Contains(command, output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("search", "mine")]
    [InlineData("ask", "a.png")]
    [InlineData("serve", "--http-port", "99999")]
    [InlineData("no-such-command")]
    public async Task Wrong_arguments_end_with_code_2_and_a_sentence(params string[] arguments)
    {
        var (code, output) = await RunAsync(arguments);

        Assert.Equal(2, code);
        Assert.NotEmpty(output.Trim());
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    private static async Task<string> WriteAsync(TemporaryFolder folder, string name, Sample sample)
    {
        var path = Path.Combine(folder.Path, name);
        await File.WriteAllBytesAsync(path, sample.Png(), Cancellation);
        return path;
    }

    private static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        await using var process = ServiceProcess.Start("services/Mesh", arguments);
        var code = await process.WaitForExitAsync(Cancellation);
        return (code, code == 0 ? process.Answer : process.Output);
    }
}
