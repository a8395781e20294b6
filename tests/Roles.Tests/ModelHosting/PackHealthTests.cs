using System.Net;
using Microsoft.AspNetCore.Builder;
using MultiModalMesh.Inference.Tests;
using MultiModalMesh.ServiceDefaults.Tests;
using MultiModalMesh.TextEncoder;

namespace MultiModalMesh.Roles.Tests.ModelHosting;

public sealed class PackHealthTests
{
    [Fact]
    public async Task A_process_without_a_pack_starts_and_says_why_it_is_not_ready()
    {
        var empty = Directory.CreateTempSubdirectory("no-packs-");
        try
        {
            var (status, body) = await ReadyAsync(empty.FullName);

            Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
            Assert.Contains("Models:Paths", body, StringComparison.Ordinal);
        }
        finally
        {
            empty.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_broken_pack_is_told_beside_one_that_serves()
    {
        using var pack = TestPack.Towers();
        Directory.CreateDirectory(Path.Combine(pack.Root, "broken"));

        var (status, body) = await ReadyAsync(pack.Root);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("towers@0.1.0", body, StringComparison.Ordinal);
        Assert.Contains("degraded", body, StringComparison.Ordinal);
        Assert.Contains("broken", body, StringComparison.Ordinal);
    }

    private static async Task<(HttpStatusCode Status, string Body)> ReadyAsync(string models)
    {
        await using var role = await RoleProcess.StartAsync(builder => builder.AddTextEncoder(), app => app.MapTextEncoder(), settings: new() { ["Models:Paths:0"] = models });
        using var client = new HttpClient { BaseAddress = new Uri(role.Address), DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var response = await client.GetAsync(new Uri("/health/ready", UriKind.Relative), TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
