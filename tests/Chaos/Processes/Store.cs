using System.Globalization;
using System.Text.RegularExpressions;
using MultiModalMesh.TestProcesses;
using MultiModalMesh.TestServers;

namespace MultiModalMesh.Chaos.Processes;

/// <summary>The server that the mesh stands on, with a piece of network before it where a fault needs one.</summary>
internal sealed partial class Store : IAsyncDisposable
{
    private readonly TestServer _server;

    private Store(string provider, TestServer server, bool withNetwork)
    {
        Provider = provider;
        _server = server;
        ConnectionString = server.ConnectionString;
        if (withNetwork)
        {
            var port = Port().Match(ConnectionString).Groups["port"];
            Network = new TcpProxy(int.Parse(port.Value, CultureInfo.InvariantCulture));
            ConnectionString = ConnectionString.Replace(port.Value, Network.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        }
    }

    /// <summary>As <c>Cluster:Provider</c> calls it.</summary>
    public string Provider { get; }

    public string ConnectionString { get; }

    public TcpProxy? Network { get; }

    /// <returns>Why that server cannot be started here, or null.</returns>
    public static string? Missing(string name) => name == "postgresql" ? PostgreSqlProcess.Missing : GarnetServer.Missing;

    public static async Task<Store> StartAsync(string name, bool withNetwork, CancellationToken cancellationToken)
    {
        if (name != "postgresql")
        {
            var garnet = new GarnetServer();
            await garnet.StartAsync();
            return new Store("redis", garnet, withNetwork);
        }

        var store = new Store("postgresql", await PostgreSqlProcess.StartNewAsync(), withNetwork);
        await using var init = ServiceProcess.Start(
            "services/Mesh", ["cluster", "init", "--provider", "postgresql", "--connection-string", store._server.ConnectionString]);
        return await init.WaitForExitAsync(cancellationToken) == 0
            ? store
            : throw new InvalidOperationException($"The tables could not be made:\n{init.Output}");
    }

    /// <summary>SIGKILL, and after a while the server is started on what it had on disk.</summary>
    public async Task KillAndStartAsync(TimeSpan away, CancellationToken cancellationToken)
    {
        await _server.KillAsync();
        await Task.Delay(away, cancellationToken);
        await _server.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Network is not null)
        {
            await Network.DisposeAsync();
        }

        await _server.DisposeAsync();
    }

    [GeneratedRegex(@"(?:Port=|^[^:;=]+:)(?<port>\d+)")]
    private static partial Regex Port();
}
