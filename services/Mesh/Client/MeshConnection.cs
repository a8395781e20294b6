using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using MultiModalMesh.Errors;
using MultiModalMesh.Mesh.Hosting;

namespace MultiModalMesh.Mesh.Client;

/// <summary>A client and, where no server was there, the one that was started for it; disposing stops that one.</summary>
internal sealed class MeshConnection : IAsyncDisposable
{
    private readonly MeshHost? _host;

    private MeshConnection(MeshClient client, MeshHost? host) => (Client, _host) = (client, host);

    public MeshClient Client { get; }

    /// <summary>
    /// Connects to <paramref name="url"/>; without one to the server that has the data folder; without that starts one in this process.
    /// </summary>
    public static async Task<MeshConnection> OpenAsync(Uri? url, string? apiKey, string? dataFolder, CancellationToken cancellationToken)
    {
        var settings = new MeshSettings { DataFolder = dataFolder, HttpPort = 0, GrpcPort = 0 };
        url ??= DataFolderLock.RunningServer(settings.ResolveDataFolder());
        if (url is not null)
        {
            return new MeshConnection(CreateClient(url, apiKey), null);
        }

        var host = await MeshHost.StartAsync(settings, cancellationToken);
        return new MeshConnection(CreateClient(host.HttpAddress, apiKey ?? host.AnyApiKey), host);
    }

    /// <summary>As <see cref="OpenAsync"/>, but starts nothing.</summary>
    /// <exception cref="MeshException">PeerUnavailable: nobody serves the data folder.</exception>
    public static MeshConnection ToRunning(Uri? url, string? apiKey, string? dataFolder)
    {
        var folder = new MeshSettings { DataFolder = dataFolder }.ResolveDataFolder();
        url ??= DataFolderLock.RunningServer(folder)
            ?? throw new MeshException(ErrorReason.PeerUnavailable, $"No mesh serves the data folder '{folder}'. Start one with 'serve', or name a running one with --url.");
        return new MeshConnection(CreateClient(url, apiKey), null);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }

    private static MeshClient CreateClient(Uri url, string? apiKey)
    {
        // Answers stream for as long as they take; the command's own cancellation ends them.
        var http = new HttpClient { BaseAddress = new Uri(url, "/"), Timeout = Timeout.InfiniteTimeSpan };
        if (apiKey is not null)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
        }

        return new MeshClient(http);
    }
}
