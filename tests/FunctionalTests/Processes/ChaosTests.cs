using MultiModalMesh.TestServers;

namespace MultiModalMesh.FunctionalTests.Processes;

/// <summary>A short run of the program in tests/Chaos; docs/failures.md tells of long ones.</summary>
public sealed class ChaosTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whichever_role_dies_no_acknowledged_turn_is_lost_doubled_stuck_or_changed()
    {
        Assert.SkipWhen(GarnetServer.Missing is not null, GarnetServer.Missing ?? "");
        await using var chaos = ServiceProcess.Start("tests/Chaos", ["--faults", "kill-decoder,kill-silo,kill-gateway", "--rounds", "2", "--seed", "7"]);
        var code = await chaos.WaitForExitAsync(Cancellation, TimeSpan.FromMinutes(8));
        TestContext.Current.TestOutputHelper?.WriteLine(chaos.Output);
        Assert.True(code == 0, chaos.Output);
    }
}
