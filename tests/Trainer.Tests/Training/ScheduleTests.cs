using MultiModalMesh.Trainer.Training;

namespace MultiModalMesh.Trainer.Tests.Training;

public sealed class ScheduleTests
{
    [Fact]
    public void Rate_rises_from_near_zero_then_falls_to_its_end()
    {
        var schedule = new Schedule(100_000, CountsSteps: true);
        Assert.True(schedule.Rate(0, 0) < 2e-5f);
        Assert.True(schedule.Rate(0.1, 1000) > 1e-3f);
        Assert.True(schedule.Rate(1, 100_000) < 3e-5f);
    }

    [Fact]
    public void Progress_counts_steps_or_seconds()
    {
        Assert.Equal(0.5, new Schedule(1000, CountsSteps: true).Progress(500, 7));
        Assert.Equal(0.25, new Schedule(1000, CountsSteps: false).Progress(500, 250));
        Assert.Equal(1, new Schedule(10, CountsSteps: true).Progress(11, 0));
    }

    [Fact]
    public void Pictures_alone_come_first()
    {
        var schedule = new Schedule(100, CountsSteps: true) { VisionShare = 0.2 };
        Assert.True(schedule.VisionOnly(0.19));
        Assert.False(schedule.VisionOnly(0.2));
    }
}
