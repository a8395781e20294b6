using System.Net;
using System.Text.Json;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace MultiModalMesh.ServiceDefaults.Tests.Health;

public sealed class HealthTests
{
    [Fact]
    public async Task A_role_that_is_not_ready_says_which_check_failed_and_why()
    {
        await using var role = await StartAsync(HealthCheckResult.Unhealthy("no pack in '/srv/models'"));

        var (status, body) = await GetAsync(role, "/health/ready");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("unhealthy", body.GetProperty("status").GetString());
        var check = Assert.Single(body.GetProperty("checks").EnumerateArray(), c => c.GetProperty("name").GetString() == "models");
        Assert.Equal("unhealthy", check.GetProperty("status").GetString());
        Assert.Equal("no pack in '/srv/models'", check.GetProperty("description").GetString());
    }

    [Fact]
    public async Task A_role_that_is_not_ready_is_alive()
    {
        await using var role = await StartAsync(HealthCheckResult.Unhealthy("no pack"));

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(role, "/health/live")).Status);
    }

    [Fact]
    public async Task A_ready_role_answers_200_and_SERVING()
    {
        await using var role = await StartAsync(HealthCheckResult.Healthy("1 pack"));

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(role, "/health/ready")).Status);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, await CheckAsync(role));
    }

    [Fact]
    public async Task The_gRPC_health_service_says_NOT_SERVING_when_a_check_fails()
    {
        await using var role = await StartAsync(HealthCheckResult.Unhealthy("no pack"));

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, await CheckAsync(role));
    }

    [Fact]
    public async Task The_gRPC_health_service_says_that_a_process_that_cannot_work_is_alive()
    {
        await using var role = await StartAsync(HealthCheckResult.Unhealthy("no pack"));

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, await CheckAsync(role, ServiceDefaultsExtensions.LivenessService));
    }

    private static Task<RoleProcess> StartAsync(HealthCheckResult result) => RoleProcess.StartAsync(
        builder => builder.Services.AddHealthChecks().AddCheck("models", () => result),
        app => app.MapServiceDefaults());

    private static async Task<(HttpStatusCode Status, JsonElement Body)> GetAsync(RoleProcess role, string path)
    {
        using var client = new HttpClient { BaseAddress = new Uri(role.Address), DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (response.StatusCode, JsonDocument.Parse(text).RootElement);
    }

    private static async Task<HealthCheckResponse.Types.ServingStatus> CheckAsync(RoleProcess role, string service = "")
    {
        var client = new Grpc.Health.V1.Health.HealthClient(role.Channel);
        var answer = await client.CheckAsync(new HealthCheckRequest { Service = service }, new CallOptions(cancellationToken: TestContext.Current.CancellationToken));
        return answer.Status;
    }
}
