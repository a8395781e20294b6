using MultiModalMesh.Trainer.Training;

namespace MultiModalMesh.Trainer.Tests.Training;

public sealed class MetricsFileTests
{
    [Fact]
    public async Task What_came_after_the_checkpoint_and_a_line_cut_short_go_away()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "metrics.csv");
        await File.WriteAllTextAsync(path, "step,loss,rate\n1,0.5,1\n2,0.4,1\n3,0.3,1\n4,0.2", TestContext.Current.CancellationToken);
        await using (var file = new MetricsFile(path, "step,loss,rate", step: 2))
        {
            file.Write($"3,{0.31:0.00},1");
        }

        Assert.Equal(["step,loss,rate", "1,0.5,1", "2,0.4,1", "3,0.31,1"], await File.ReadAllLinesAsync(path, TestContext.Current.CancellationToken));
    }
}
