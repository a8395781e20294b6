using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using MultiModalMesh.Inference.Tests;
using MultiModalMesh.ServiceDefaults.Tests;
using MultiModalMesh.TextEncoder;
using MultiModalMesh.Workers;

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

    [Fact]
    public async Task A_pack_that_comes_and_goes_while_the_process_runs_is_offered_and_withdrawn()
    {
        using var pack = TestPack.Towers();
        var models = Directory.CreateTempSubdirectory("live-packs-");
        try
        {
            await using var role = await RoleProcess.StartAsync(
                builder => builder.AddTextEncoder(),
                app => app.MapTextEncoder(),
                settings: new() { ["Models:Paths:0"] = models.FullName, ["Models:Load"] = "lazy", ["Models:ReviewInterval"] = "00:00:00.05" });
            var offers = role.App.Services.GetRequiredService<IWorkerOfferSource>();
            Assert.Empty(offers.Offers);

            var place = Path.Combine(models.FullName, "towers");
            Directory.Move(pack.Folder, place);
            await UntilAsync(() => offers.Offers is [{ Model: "towers" }], "the pack that came among the offers");
            Assert.Contains("loaded at first use", (await ReadyAsync(role)).Body, StringComparison.Ordinal);

            Directory.Move(place, pack.Folder);
            await UntilAsync(() => offers.Offers is [], "the pack that went away from the offers");
        }
        finally
        {
            models.Delete(recursive: true);
        }
    }

    private static async Task UntilAsync(Func<bool> condition, string what)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!condition())
        {
            Assert.False(deadline.IsCancellationRequested, $"Waited 30 s for {what}.");
            await tick.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    private static async Task<(HttpStatusCode Status, string Body)> ReadyAsync(string models)
    {
        await using var role = await RoleProcess.StartAsync(builder => builder.AddTextEncoder(), app => app.MapTextEncoder(), settings: new() { ["Models:Paths:0"] = models });
        return await ReadyAsync(role);
    }

    private static async Task<(HttpStatusCode Status, string Body)> ReadyAsync(RoleProcess role)
    {
        using var client = new HttpClient { BaseAddress = new Uri(role.Address), DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var response = await client.GetAsync(new Uri("/health/ready", UriKind.Relative), TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
