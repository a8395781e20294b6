using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Tests;
using MultiModalMesh.ServiceDefaults.Tests;
using MultiModalMesh.TextEncoder;

namespace MultiModalMesh.Roles.Tests.ModelHosting;

public sealed class DeviceTests
{
    // No machine has this one, whichever build of ONNX Runtime the tests run with.
    private const string Absent = "cuda:99";

    [Fact]
    public async Task Health_tells_what_models_run_on_and_why_it_is_not_what_was_asked_for()
    {
        using var pack = TestPack.Towers();
        await using var role = await StartAsync(pack, new() { ["Inference:Device"] = $"{Absent},cpu", ["Inference:Threads"] = "3" });

        var check = await DeviceCheckAsync(role);

        var data = check.GetProperty("data");
        Assert.Equal("degraded", check.GetProperty("status").GetString());
        Assert.Equal([Absent, "cpu"], data.GetProperty("configured").EnumerateArray().Select(device => device.GetString()));
        Assert.Equal(("cpu", "CPUExecutionProvider", 3), (data.GetProperty("device").GetString(), data.GetProperty("provider").GetString(), data.GetProperty("threads").GetInt32()));
        Assert.NotEmpty(data.GetProperty("fallback").GetString()!);
    }

    [Fact]
    public async Task A_device_that_was_asked_for_and_works_is_healthy()
    {
        using var pack = TestPack.Towers();
        await using var role = await StartAsync(pack, []);

        var check = await DeviceCheckAsync(role);

        Assert.Equal("healthy", check.GetProperty("status").GetString());
        Assert.Equal(Environment.ProcessorCount, check.GetProperty("data").GetProperty("threads").GetInt32());
        Assert.False(check.GetProperty("data").TryGetProperty("fallback", out _));
    }

    [Fact]
    public async Task A_device_without_a_fallback_keeps_the_process_from_starting()
    {
        using var pack = TestPack.Towers();
        var error = await Assert.ThrowsAsync<MeshException>(() => StartAsync(pack, new() { ["Inference:Device"] = Absent }));

        Assert.Equal(ErrorReason.DeviceUnavailable, error.Reason);
        Assert.Contains($"Inference:Device is '{Absent}', but ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Inference:Device", "gpu")]
    [InlineData("Inference:CpuAffinity", "some")]
    [InlineData("Inference:Cuda:MemoryLimitBytes", "-1")]
    public async Task A_setting_that_cannot_be_read_is_refused_with_its_key_and_value(string key, string value)
    {
        using var pack = TestPack.Towers();
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(pack, new() { [key] = value }));

        Assert.StartsWith($"{key} is '{value}', but must be ", Assert.Single(error.Failures), StringComparison.Ordinal);
    }

    private static Task<RoleProcess> StartAsync(TestPack pack, Dictionary<string, string?> settings) =>
        RoleProcess.StartAsync(builder => builder.AddTextEncoder(), app => app.MapTextEncoder(), settings: new(settings) { ["Models:Paths:0"] = pack.Root });

    private static async Task<JsonElement> DeviceCheckAsync(RoleProcess role)
    {
        using var client = new HttpClient { BaseAddress = new Uri(role.Address), DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var response = await client.GetAsync(new Uri("/health/ready", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return json.RootElement.GetProperty("checks").EnumerateArray().Single(check => check.GetProperty("name").GetString() == "device").Clone();
    }
}
