using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace MultiModalMesh.FunctionalTests.Processes;

/// <summary>The device as an operator configures it and sees it.</summary>
public sealed class DeviceTests
{
    // No machine has this one, whichever build of ONNX Runtime the program has.
    private const string Absent = "cuda:99";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_GPU_that_is_not_there_is_one_sentence_that_says_what_is_missing()
    {
        using var data = new TemporaryFolder();
        await using var process = ServiceProcess.Start(
            "services/Mesh", ["serve", "--http-port", "0", "--grpc-port", "0", "--data", data.Path], new Dictionary<string, string> { ["Inference__Device"] = Absent });

        var code = await process.WaitForExitAsync(Cancellation);

        Assert.NotEqual(0, code);
        var line = Assert.Single(process.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith($"Inference:Device is '{Absent}', but ", line, StringComparison.Ordinal);
        Assert.Contains($"set '{Absent},cpu'", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fallback_that_is_allowed_is_logged_and_shown_with_the_threads_that_the_process_may_use()
    {
        using var data = new TemporaryFolder();
        await using var mesh = await RunningMesh.StartAsync(
            data.Path, Cancellation, new Dictionary<string, string> { ["Inference__Device"] = $"{Absent},cpu", ["DOTNET_PROCESSOR_COUNT"] = "3" });

        var execution = await ExecutionAsync(mesh);

        Assert.Equal(("cpu", 3), (execution.GetProperty("device").GetString(), execution.GetProperty("threads").GetInt32()));
        Assert.Equal([Absent, "cpu"], execution.GetProperty("configured").EnumerateArray().Select(device => device.GetString()));
        Assert.Contains(
            $"Models run on 'cpu', not on '{Absent}': {execution.GetProperty("fallback").GetString()}", mesh.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_threads_are_bound_to_the_processors_that_were_configured()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Read from /proc.");
        using var data = new TemporaryFolder();
        var processor = Allowed("/proc/self/status").Split(',', '-')[^1];
        await using var mesh = await RunningMesh.StartAsync(data.Path, Cancellation, new Dictionary<string, string> { ["Inference__CpuAffinity"] = processor });

        var execution = await ExecutionAsync(mesh);

        Assert.Equal((1, processor), (execution.GetProperty("threads").GetInt32(), execution.GetProperty("processors").GetString()));
        var tasks = string.Create(CultureInfo.InvariantCulture, $"/proc/{mesh.Process.Id}/task");
        Assert.All(Directory.GetDirectories(tasks), task => Assert.Equal(processor, Allowed(Path.Combine(task, "status"))));
    }

    private static async Task<JsonElement> ExecutionAsync(RunningMesh mesh)
    {
        var system = await mesh.Client.GetFromJsonAsync<JsonElement>("api/system", Cancellation);
        return Assert.Single(system.GetProperty("workers").EnumerateArray()).GetProperty("execution");
    }

    private static string Allowed(string status) =>
        File.ReadLines(status).Single(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Split(':')[1].Trim();
}
