using System.Net;
using System.Net.Sockets;

namespace MultiModalMesh.FunctionalTests.Processes;

/// <summary>What a person sees when the program starts, and when it cannot.</summary>
public sealed class StartTests(MeshFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_live_and_ready_when_it_says_so()
    {
        using var live = await fixture.Mesh.Client.GetAsync("health/live", Cancellation);
        using var ready = await fixture.Mesh.Client.GetAsync("health/ready", Cancellation);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (live.StatusCode, ready.StatusCode));
    }

    [Fact]
    public void It_prints_two_lines_and_nothing_else() =>
        Assert.Equal(2, fixture.Mesh.Process.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);

    [Fact]
    public async Task A_port_in_use_is_one_clear_sentence()
    {
        using var data = new TemporaryFolder();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using var process = ServiceProcess.Start(
            "services/Mesh", ["serve", "--http-port", $"{port}", "--grpc-port", "0", "--data", data.Path]);

        var code = await process.WaitForExitAsync(Cancellation);

        Assert.NotEqual(0, code);
        Assert.Contains($"{port}", process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", process.Output, StringComparison.Ordinal);
        Assert.Single(process.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Listening_beyond_this_machine_without_a_key_is_refused()
    {
        using var data = new TemporaryFolder();
        await using var process = ServiceProcess.Start(
            "services/Mesh", ["serve", "--http-port", "0", "--grpc-port", "0", "--address", "0.0.0.0", "--data", data.Path]);

        var code = await process.WaitForExitAsync(Cancellation);

        Assert.NotEqual(0, code);
        Assert.Contains("--insecure", process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", process.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_second_mesh_on_the_same_data_folder_is_refused_with_the_firsts_address(bool isNamedByAnOption)
    {
        using var data = new TemporaryFolder();
        await using var first = await RunningMesh.StartAsync(data.Path, Cancellation);
        Assert.Contains(data.Path, await first.Process.WaitForLineAsync(line => line.StartsWith("Dialogues and pictures", StringComparison.Ordinal), "its folder", Cancellation), StringComparison.Ordinal);
        await using var second = ServiceProcess.Start(
            "services/Mesh",
            ["serve", "--http-port", "0", "--grpc-port", "0", .. isNamedByAnOption ? ["--data", data.Path] : Array.Empty<string>()],
            isNamedByAnOption ? null : new Dictionary<string, string> { ["Data__Path"] = data.Path });

        var code = await second.WaitForExitAsync(Cancellation);

        Assert.NotEqual(0, code);
        Assert.Contains(first.Http.Authority, second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SIGTERM_ends_it_in_good_order()
    {
        Assert.SkipUnless(!OperatingSystem.IsWindows(), "Windows has no SIGTERM.");
        using var data = new TemporaryFolder();
        await using var mesh = await RunningMesh.StartAsync(data.Path, Cancellation);

        mesh.Process.Terminate();

        Assert.Equal(0, await mesh.Process.WaitForExitAsync(Cancellation));
    }
}
