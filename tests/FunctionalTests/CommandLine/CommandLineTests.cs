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
