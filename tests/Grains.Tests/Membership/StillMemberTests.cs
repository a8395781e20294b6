using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Membership;
using Orleans.Runtime;

namespace MultiModalMesh.Grains.Tests.Membership;

public sealed class StillMemberTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly ListOfMembers _list = new();
    private readonly StillMember _member;

    public StillMemberTests() => _member = new StillMember(_list, _list, _time, NullLogger<StillMember>.Instance);

    public void Dispose() => _member.Dispose();

    [Fact]
    public async Task A_silo_that_runs_does_not_look()
    {
        for (var i = 0; i < 100; i++)
        {
            _member.Tick();
            _time.Advance(TimeSpan.FromSeconds(1));
            await _member.ConfirmAsync();
        }

        Assert.Equal(0, _list.Looks);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_that_stood_still_and_was_given_up_answers_nothing_any_more(bool callerComesFirst)
    {
        StandStill(callerComesFirst);
        _list.Status = SiloStatus.Dead;

        for (var attempt = 1; attempt <= 3; attempt++)
        {
            var error = await Assert.ThrowsAsync<MeshException>(async () => await _member.ConfirmAsync());
            Assert.Equal(ErrorReason.PeerUnavailable, error.Reason);
            Assert.Equal(attempt, _list.Looks);
        }
    }

    [Fact]
    public async Task One_that_stood_still_and_is_a_member_looks_once()
    {
        StandStill(callerComesFirst: true);

        await _member.ConfirmAsync();
        await _member.ConfirmAsync();

        Assert.Equal(1, _list.Looks);
    }

    [Fact]
    public async Task Where_the_list_cannot_be_read_nothing_is_answered_until_it_can()
    {
        StandStill(callerComesFirst: true);
        _list.Failure = new TimeoutException("away");
        await Assert.ThrowsAsync<MeshException>(async () => await _member.ConfirmAsync());
        _list.Failure = null;

        await _member.ConfirmAsync();

        Assert.Equal(2, _list.Looks);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_wall_clock_that_is_set_by_an_hour_costs_one_look(int hours)
    {
        _member.Tick();
        _time.AdjustTime(_time.GetUtcNow() + TimeSpan.FromHours(hours));

        await _member.ConfirmAsync();
        await _member.ConfirmAsync();

        Assert.Equal(1, _list.Looks);
    }

    private void StandStill(bool callerComesFirst)
    {
        _member.Tick();
        _time.Advance(StillMember.LongestStandstill + TimeSpan.FromMilliseconds(1));
        if (!callerComesFirst)
        {
            _member.Tick();
        }
    }

    private sealed class ListOfMembers : IClusterMembershipService, ILocalSiloDetails
    {
        public SiloStatus Status { get; set; } = SiloStatus.Active;

        public Exception? Failure { get; set; }

        public int Looks { get; private set; }

        public ClusterMembershipSnapshot CurrentSnapshot => new(
            ImmutableDictionary<SiloAddress, ClusterMember>.Empty.Add(SiloAddress, new ClusterMember(SiloAddress, Status, "silo")), new MembershipVersion(1));

        public IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates => throw new NotSupportedException();

        public string Name => "silo";

        public string ClusterId => "tests";

        public string DnsHostName => "localhost";

        public SiloAddress SiloAddress { get; } = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 11111), 1);

        public SiloAddress GatewayAddress => SiloAddress;

        public ValueTask Refresh(MembershipVersion minimumVersion = default, CancellationToken cancellationToken = default)
        {
            Looks++;
            return Failure is { } failure ? ValueTask.FromException(failure) : ValueTask.CompletedTask;
        }

        public Task<bool> TryKill(SiloAddress siloAddress) => throw new NotSupportedException();
    }
}
