using MultiModalMesh.Trainer.Evaluation;
using MultiModalMesh.Trainer.Reports;

namespace MultiModalMesh.Trainer.Tests.Reports;

public sealed class RunReportTests
{
    [Fact]
    public void Curves_answers_and_configuration_are_on_one_page_that_needs_no_other_file()
    {
        var run = Directory.CreateTempSubdirectory("mesh-test-").FullName;
        File.WriteAllText(Path.Combine(run, "config.yaml"), "stage: caption\n");
        File.WriteAllText(Path.Combine(run, "metrics.csv"), "step,samples,language,learning_rate\n1,16,5.5,0.001\n2,32,4.5,0.001\n");
        File.WriteAllText(Path.Combine(run, "evaluations.csv"), "step,name,value\n0,answers_right,0.25\n2,answers_right,0.75\n");
        PredictionFile.Write(Path.Combine(run, PredictionFile.Folder), 0, [new("1.png", "what?", ["A <b>cup</b>."], "A dog.", 0, [1])]);
        PredictionFile.Write(Path.Combine(run, PredictionFile.Folder), 2, [new("1.png", "what?", ["A <b>cup</b>."], "A mug.", 0, [1]), new("2.png", "what?", ["A cat."], "A cat.", 1, [2])]);
        var html = RunReport.Read(run).ToHtml();
        Assert.Contains("<polyline", html, StringComparison.Ordinal);
        Assert.Contains("<td>answers right</td><td>0.250</td><td>0.750</td>", html, StringComparison.Ordinal);
        Assert.Contains("Wrong: 1 of 2", html, StringComparison.Ordinal);
        Assert.Contains("before: A dog.", html, StringComparison.Ordinal);
        Assert.Contains("expected: A &lt;b&gt;cup&lt;/b&gt;.", html, StringComparison.Ordinal);
        Assert.DoesNotMatch("(src|href)=\"(?!data:)", html);
    }
}
