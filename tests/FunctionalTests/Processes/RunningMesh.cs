using System.Text.RegularExpressions;

namespace MultiModalMesh.FunctionalTests.Processes;

/// <summary>The all-in-one program, started as a user starts it, on free ports and a data folder of the test's.</summary>
internal sealed partial class RunningMesh : IAsyncDisposable
{
    private RunningMesh(ServiceProcess process, Uri http, Uri grpc)
    {
        Process = process;
        Http = http;
        Grpc = grpc;
        Client = new HttpClient { BaseAddress = http };
    }

    public ServiceProcess Process { get; }

    public Uri Http { get; }

    public Uri Grpc { get; }

    public HttpClient Client { get; }

    public static async Task<RunningMesh> StartAsync(
        string dataFolder,
        CancellationToken cancellationToken,
        IReadOnlyDictionary<string, string>? environment = null,
        params string[] arguments)
    {
        var process = ServiceProcess.Start(
            "services/Mesh", ["serve", "--http-port", "0", "--grpc-port", "0", "--data", dataFolder, .. arguments], environment);
        try
        {
            var line = await process.WaitForLineAsync(l => ReadyLine().IsMatch(l), "the ready line", cancellationToken);
            var match = ReadyLine().Match(line);
            return new RunningMesh(process, new Uri(match.Groups["http"].Value), new Uri($"http://{match.Groups["grpc"].Value}"));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Process.DisposeAsync();
    }

    [GeneratedRegex(@"is ready: (?<http>http://\S+)\s+\(gRPC (?<grpc>[^,]+),")]
    private static partial Regex ReadyLine();
}
