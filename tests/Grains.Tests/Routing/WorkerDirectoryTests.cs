using Microsoft.Extensions.Time.Testing;
using MultiModalMesh.Grains.Routing;
using MultiModalMesh.Grains.Workers;

namespace MultiModalMesh.Grains.Tests.Routing;

public sealed class WorkerDirectoryTests
{
    private static readonly Guid Life = Guid.NewGuid();

    private readonly FakeTimeProvider _time = new();
    private readonly WorkerDirectory _directory;

    public WorkerDirectoryTests() => _directory = new WorkerDirectory(_time);

    [Fact]
    public void A_worker_is_there_until_its_report_is_too_old()
    {
        _directory.Report(Report(Life, 1));
        _time.Advance(WorkerDirectory.Lifetime);
        Assert.Single(_directory.Workers);

        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Empty(_directory.Workers);
    }

    [Fact]
    public void A_new_report_prolongs_its_life_and_a_late_one_does_not()
    {
        _directory.Report(Report(Life, 2));
        _time.Advance(WorkerDirectory.Lifetime);
        _directory.Report(Report(Life, 3));
        _time.Advance(TimeSpan.FromSeconds(1));
        _directory.Report(Report(Life, 1));

        Assert.Equal(3, Assert.Single(_directory.Workers).Number);
        _time.Advance(WorkerDirectory.Lifetime - TimeSpan.FromMilliseconds(500));
        Assert.Empty(_directory.Workers);
    }

    [Fact]
    public void A_new_process_takes_the_place_of_the_old_one_which_cannot_take_it_away_by_leaving()
    {
        var next = Guid.NewGuid();
        _directory.Report(Report(Life, 9));
        _directory.Report(Report(next, 1));
        _directory.Leave("w", Life);

        Assert.Equal(next, Assert.Single(_directory.Workers).Incarnation);
        _directory.Leave("w", next);
        Assert.Empty(_directory.Workers);
    }

    private static WorkerReport Report(Guid incarnation, long number) =>
        new() { WorkerId = "w", Endpoint = "", Device = "cpu", Incarnation = incarnation, Number = number };
}
