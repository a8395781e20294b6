using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using MultiModalMesh.Errors;
using MultiModalMesh.Mesh.Hosting;

namespace MultiModalMesh.Mesh.Client;

/// <summary>A client and, where no server was there, the one that was started for it; disposing stops that one.</summary>
internal sealed class MeshConnection : IAsyncDisposable
{
    private readonly MeshHost? _host;
    private readonly Uri _url;
    private readonly string? _apiKey;

    private MeshConnection(Uri url, string? apiKey, MeshHost? host)
    {
        (_url, _apiKey, _host) = (url, apiKey, host);
        Client = new MeshClient(OpenHttp("/"));
    }

    public MeshClient Client { get; }

    public Uri Address => _url;

    /// <summary>A client for a path of the same server, with the same key. The caller disposes it.</summary>
    public HttpClient OpenHttp(string path)
    {
        // Answers stream for as long as they take; the command's own cancellation ends them.
        var http = new HttpClient { BaseAddress = new Uri(_url, path), Timeout = Timeout.InfiniteTimeSpan };
        if (_apiKey is not null)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _apiKey);
        }

        return http;
    }

    /// <summary>
    /// Connects to <paramref name="url"/>; without one to the server that has the data folder; without that starts one in this process.
    /// </summary>
    public static async Task<MeshConnection> OpenAsync(Uri? url, string? apiKey, string? dataFolder, CancellationToken cancellationToken)
    {
        var settings = new MeshSettings { DataFolder = dataFolder, HttpPort = 0, GrpcPort = 0 };
        url ??= DataFolderLock.RunningServer(settings.ResolveDataFolder());
        if (url is not null)
        {
            return new MeshConnection(url, apiKey, null);
        }

        var host = await MeshHost.StartAsync(settings, cancellationToken);
        return new MeshConnection(host.HttpAddress, apiKey ?? host.AnyApiKey, host);
    }

    /// <summary>As <see cref="OpenAsync"/>, but starts nothing.</summary>
    /// <exception cref="MeshException">PeerUnavailable: nobody serves the data folder.</exception>
    public static MeshConnection ToRunning(Uri? url, string? apiKey, string? dataFolder)
    {
        var folder = new MeshSettings { DataFolder = dataFolder }.ResolveDataFolder();
        url ??= DataFolderLock.RunningServer(folder)
            ?? throw new MeshException(ErrorReason.PeerUnavailable, $"No mesh serves the data folder '{folder}'. Start one with 'serve', or name a running one with --url.");
        return new MeshConnection(url, apiKey, null);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }
}
