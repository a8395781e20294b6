using System.Net;
using System.Text.Json;
using MultiModalMesh.TestServers;

namespace MultiModalMesh.FunctionalTests.Processes;

/// <summary>While the server that keeps the members is away, the mesh says so.</summary>
public sealed class StoreAwayTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_system_is_not_told_of_while_the_members_server_is_away_and_is_again_when_it_is_back()
    {
        Assert.SkipWhen(GarnetServer.Missing is not null, GarnetServer.Missing ?? "");
        await using var server = new GarnetServer();
        await server.StartAsync();
        await using var cluster = new MeshCluster("redis", server.ConnectionString);
        await cluster.StartAsync(1, Cancellation);

        await server.KillAsync();
        var (status, body) = await AskAsync(cluster);

        Assert.True(status == HttpStatusCode.ServiceUnavailable, $"{status}: {body}\n{cluster.Output}");
        using var problem = JsonDocument.Parse(body);
        Assert.Equal("STORAGE_FAILED", problem.RootElement.GetProperty("reason").GetString());
        Assert.Contains("Cluster:ConnectionString", problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);

        await server.StartAsync();
        await Poll.UntilAsync(
            async () => await AskAsync(cluster) is var (now, seen) ? (now == HttpStatusCode.OK, seen) : default,
            seen => seen.Item1, () => $"the system to be told of again. The roles printed:\n{cluster.Output}", Cancellation);
    }

    private static async Task<(HttpStatusCode Status, string Body)> AskAsync(MeshCluster cluster)
    {
        using var response = await cluster.Client.GetAsync("api/system", Cancellation);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancellation));
    }
}
