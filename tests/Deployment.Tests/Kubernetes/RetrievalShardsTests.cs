using k8s.Models;

namespace MultiModalMesh.Deployment.Tests.Kubernetes;

/// <summary>The component that spreads collections over several pods.</summary>
public sealed class RetrievalShardsTests
{
    [Fact]
    public async Task Every_pod_is_the_shard_of_its_number_and_there_are_as_many_as_the_count_says()
    {
        var overlay = await Overlay.RenderWithAsync("cpu-redis", "retrieval-shards");

        var set = overlay.Of<V1StatefulSet>().Single(one => one.Metadata.Name == "retrieval");
        var environment = set.Spec.Template.Spec.Containers.Single().Env;
        Assert.Equal([], environment.Select(one => one.Name).Where(key => !ConfigurationKeys.Exists(key)));
        Assert.Equal($"{set.Spec.Replicas}", environment.Single(one => one.Name == "Retrieval__Shards__Count").Value);
        Assert.True(set.Spec.Replicas > 1);
        Assert.Equal("metadata.labels['apps.kubernetes.io/pod-index']", environment.Single(one => one.Name == "Retrieval__Shards__Index").ValueFrom.FieldRef.FieldPath);
        Assert.Equal("metadata.name", environment.Single(one => one.Name == "Worker__Id").ValueFrom.FieldRef.FieldPath);
        Assert.Single(set.Spec.VolumeClaimTemplates);
    }
}
