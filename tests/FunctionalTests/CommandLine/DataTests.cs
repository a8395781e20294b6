using System.Text.Json;
using MultiModalMesh.FunctionalTests.Processes;

namespace MultiModalMesh.FunctionalTests.CommandLine;

/// <summary><c>mesh data</c> on a small data set, as a user types it.</summary>
public sealed class DataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Path(string name) => System.IO.Path.Combine(_folder.Path, name);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_data_set_is_inspected_converted_and_shown()
    {
        await WriteAsync();

        var (stopped, sentence) = await RunAsync("inspect", Path("data"));
        Assert.Equal(1, stopped);
        Assert.Contains("captions.csv, record 4 (byte ", sentence, StringComparison.Ordinal);
        Assert.Contains("needs the picture missing.png", sentence, StringComparison.Ordinal);

        var (converted, written) = await RunAsync("convert", Path("data"), "--out", Path("shards"), "--on-error", "skip", "--validation-share", "0", "--test-share", "0");
        Assert.Equal(0, converted);
        Assert.Contains("2 examples, 1 shards", written, StringComparison.Ordinal);

        var (inspected, json) = await RunAsync("inspect", Path("shards"), "--json", "--pictures");
        using var summary = JsonDocument.Parse(json[json.IndexOf('{', StringComparison.Ordinal)..]);
        Assert.Equal(("WebDataset", 1), (summary.RootElement.GetProperty("format").GetString(), summary.RootElement.GetProperty("problemCount").GetInt32()));
        Assert.Contains("has a picture that cannot be used", summary.RootElement.GetProperty("problems")[0].GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, inspected);

        var (shown, _) = await RunAsync("preview", Path("shards"), "--out", Path("page.html"));
        var page = await File.ReadAllTextAsync(Path("page.html"), TestContext.Current.CancellationToken);
        Assert.Equal(0, shown);
        Assert.Contains("src=\"data:image/jpeg;base64,", page, StringComparison.Ordinal);
        Assert.Contains("A &lt;b&gt;cup&lt;/b&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>cup", page, StringComparison.Ordinal);
    }

    private async Task WriteAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        Directory.CreateDirectory(Path("data"));
        await File.WriteAllBytesAsync(Path("data/good.png"), Dialogues.Scenes.Png(Dialogues.Scenes.Get(172)), cancellation);
        await File.WriteAllTextAsync(Path("data/bad.png"), "no picture", cancellation);
        await File.WriteAllTextAsync(Path("data/captions.csv"), "image,caption\ngood.png,A <b>cup</b>\nbad.png,Nothing\nmissing.png,Nothing\n", cancellation);
    }

    private static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        await using var process = ServiceProcess.Start("services/Mesh", ["data", .. arguments]);
        var code = await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (code, process.Output);
    }
}
