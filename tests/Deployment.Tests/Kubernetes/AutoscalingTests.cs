using System.Diagnostics.Metrics;
using System.Reflection;
using k8s.Models;
using YamlDotNet.RepresentationModel;

namespace MultiModalMesh.Deployment.Tests.Kubernetes;

/// <summary>The metrics that autoscalers look at are made by the adapter's rules of metrics that the programs export.</summary>
public sealed class AutoscalingTests
{
    [Fact]
    public async Task Every_metric_has_a_rule_and_every_rule_reads_what_a_program_measures()
    {
        var overlay = await Overlay.RenderAsync("cpu-redis");
        var asked = overlay.Of<V2HorizontalPodAutoscaler>().SelectMany(scaler => scaler.Spec.Metrics).Select(metric => metric.Pods.Metric.Name).ToHashSet();
        Assert.NotEmpty(asked);
        using var file = File.OpenText(Repository.PathOf("deploy", "kubernetes", "components", "autoscaling", "prometheus-adapter.yaml"));
        var yaml = new YamlStream();
        yaml.Load(file);
        var rules = (YamlSequenceNode)yaml.Documents[0].RootNode["rules"]["custom"];
        Assert.Equal(asked.Order(StringComparer.Ordinal), rules.Select(rule => (string)rule["name"]["as"]!).Order(StringComparer.Ordinal));

        var measured = Instruments();
        Assert.All(rules, rule =>
        {
            var series = ((string)rule["seriesQuery"]!).Split('{')[0];
            Assert.Contains(measured, name => series == name || series.StartsWith(name + "_", StringComparison.Ordinal));
        });
    }

    /// <summary>Names as Prometheus writes them.</summary>
    private static List<string> Instruments()
    {
        List<string> names = [];
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => names.Add(instrument.Name.Replace('.', '_')) };
        listener.Start();
        System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(
            Assembly.Load("MultiModalMesh.Inference").GetType("MultiModalMesh.Inference.Telemetry.InferenceInstruments", throwOnError: true)!.TypeHandle);
        return names;
    }
}
