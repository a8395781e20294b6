using System.Globalization;
using k8s.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using MultiModalMesh.ServiceDefaults;

namespace MultiModalMesh.Deployment.Tests.Kubernetes;

/// <summary>What the overlays name exists: in the overlay itself or in the programs.</summary>
public sealed class OverlayTests
{
    public static TheoryData<string> All => [.. Overlay.Names];

    [Fact]
    public void There_is_an_overlay_for_each_device_and_store() =>
        Assert.Equal(["cpu-postgresql", "cpu-redis", "gpu-postgresql", "gpu-redis"], Overlay.Names);

    [Theory, MemberData(nameof(All))]
    public async Task Every_document_is_of_a_known_kind_and_has_only_known_fields(string name)
    {
        var overlay = await Overlay.RenderAsync(name);
        Assert.True(overlay.Objects.Count > 20, $"{overlay.Objects.Count} objects");
        Assert.Equal(["decoder", "gateway", "retrieval", "silo", "text-encoder", "vision-encoder"], overlay.Workloads.Select(w => w.Name).Where(n => n != "cluster-init").Order(StringComparer.Ordinal));
    }

    [Theory, MemberData(nameof(All))]
    public async Task Every_configuration_key_is_one_that_a_program_reads(string name)
    {
        var overlay = await Overlay.RenderAsync(name);
        var keys = overlay.Of<V1ConfigMap>().SelectMany(map => map.Data.Keys)
            .Concat(overlay.Workloads.SelectMany(w => w.Pod.Spec.Containers).SelectMany(c => c.Env ?? []).Select(e => e.Name)).Distinct();
        Assert.Equal([], keys.Where(key => !ConfigurationKeys.Exists(key)));
    }

    [Theory, MemberData(nameof(All))]
    public async Task Probes_ask_ports_that_are_open_for_what_is_served_there(string name)
    {
        var overlay = await Overlay.RenderAsync(name);
        var paths = HealthPaths();
        foreach (var (workload, pod) in overlay.Workloads.Where(w => w.Name != "cluster-init"))
        {
            var container = Assert.Single(pod.Spec.Containers);
            foreach (var probe in new[] { container.StartupProbe, container.LivenessProbe, container.ReadinessProbe })
            {
                Assert.True(probe is not null, $"{workload} lacks a probe");
                if (probe.HttpGet is { } http)
                {
                    Assert.Contains(container.Ports, port => port.Name == http.Port.Value);
                    Assert.Contains(http.Path, paths);
                }
                else
                {
                    Assert.Contains(container.Ports, port => port.ContainerPort == probe.Grpc.Port);
                    Assert.Contains(probe.Grpc.Service ?? "", new[] { "", ServiceDefaultsExtensions.LivenessService });
                }
            }

            // A process that is alive must not be killed because something that it depends on is away.
            Assert.True(container.LivenessProbe.HttpGet?.Path == "/health/live" || container.LivenessProbe.Grpc?.Service == ServiceDefaultsExtensions.LivenessService, workload);
            Assert.True(pod.Spec.TerminationGracePeriodSeconds >= 60 && container.Lifecycle.PreStop.Sleep is not null, $"{workload} is not drained");
        }
    }

    [Theory, MemberData(nameof(All))]
    public async Task Pods_run_with_no_more_rights_than_they_need(string name)
    {
        var overlay = await Overlay.RenderAsync(name);
        foreach (var (workload, pod) in overlay.Workloads)
        {
            var container = Assert.Single(pod.Spec.Containers);
            Assert.True(pod.Spec.SecurityContext is { RunAsNonRoot: true, SeccompProfile.Type: "RuntimeDefault" }, workload);
            Assert.True(container.SecurityContext is { AllowPrivilegeEscalation: false, ReadOnlyRootFilesystem: true }, workload);
            Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
            Assert.True(container.Resources.Limits.ContainsKey("memory") && container.Resources.Requests.ContainsKey("cpu"), $"{workload} has no bounds");
        }
    }

    [Theory, MemberData(nameof(All))]
    public async Task Names_that_are_referred_to_are_there(string name)
    {
        var overlay = await Overlay.RenderAsync(name);
        var documented = await File.ReadAllTextAsync(Repository.PathOf("deploy", "kubernetes", "README.md"), TestContext.Current.CancellationToken);
        var maps = overlay.Of<V1ConfigMap>().Select(map => map.Metadata.Name).ToHashSet();
        var accounts = overlay.Of<V1ServiceAccount>().Select(account => account.Metadata.Name).ToHashSet();
        foreach (var (workload, pod) in overlay.Workloads)
        {
            var container = Assert.Single(pod.Spec.Containers);
            Assert.Contains(pod.Spec.ServiceAccountName, accounts);
            Assert.All(container.EnvFrom.Where(from => from.ConfigMapRef is not null), from => Assert.Contains(from.ConfigMapRef.Name, maps));

            // Secrets are the operator's; the README says which, and what is in them.
            var secrets = container.EnvFrom.Where(from => from.SecretRef is not null).Select(from => from.SecretRef.Name)
                .Concat((container.Env ?? []).Where(env => env.ValueFrom?.SecretKeyRef is not null).Select(env => env.ValueFrom.SecretKeyRef.Name));
            Assert.All(secrets, secret => Assert.Contains($"`{secret}`", documented, StringComparison.Ordinal));
            var volumes = (pod.Spec.Volumes ?? []).Select(volume => volume.Name)
                .Concat(overlay.Of<V1StatefulSet>().Where(set => set.Metadata.Name == workload).SelectMany(set => set.Spec.VolumeClaimTemplates).Select(claim => claim.Metadata.Name));
            Assert.Equal([], container.VolumeMounts.Select(mount => mount.Name).Except(volumes));
        }

        foreach (var service in overlay.Of<V1Service>())
        {
            var pod = Assert.Single(overlay.Workloads, w => Selects(service.Spec.Selector, w.Pod)).Pod;
            Assert.All(service.Spec.Ports, port => Assert.Contains(pod.Spec.Containers[0].Ports, open => open.Name == port.TargetPort.Value));
        }

        foreach (var budget in overlay.Of<V1PodDisruptionBudget>())
        {
            Assert.Single(overlay.Workloads, w => Selects(budget.Spec.Selector.MatchLabels, w.Pod));
        }

        foreach (var scaler in overlay.Of<V2HorizontalPodAutoscaler>())
        {
            Assert.Contains(overlay.Of<V1Deployment>(), d => d.Metadata.Name == scaler.Spec.ScaleTargetRef.Name);
        }
    }

    [Theory, MemberData(nameof(All))]
    public async Task Only_the_edge_is_open_to_others(string name)
    {
        var overlay = await Overlay.RenderAsync(name);
        var policies = overlay.Of<V1NetworkPolicy>().ToList();
        Assert.Contains(policies, p => p.Spec.PodSelector.MatchLabels is null && p.Spec.PodSelector.MatchExpressions is null && p.Spec.Ingress is null);
        var open = policies.Where(p => p.Spec.Ingress?.Any(rule => rule.FromProperty is null) == true).ToList();
        Assert.Equal("gateway", Assert.Single(open).Spec.PodSelector.MatchLabels["app.kubernetes.io/name"]);
        foreach (var policy in policies.Where(p => p.Spec.Ingress is not null))
        {
            var names = policy.Spec.PodSelector.MatchLabels?["app.kubernetes.io/name"] is { } one ? [one] : policy.Spec.PodSelector.MatchExpressions.Single().Values;
            var ports = names.SelectMany(n => overlay.Pod(n).Spec.Containers[0].Ports).ToList();
            Assert.All(policy.Spec.Ingress.SelectMany(rule => rule.Ports), allowed =>
                Assert.Contains(ports, port => port.Name == allowed.Port.Value || port.ContainerPort.ToString(CultureInfo.InvariantCulture) == allowed.Port.Value));
        }
    }

    [Theory, MemberData(nameof(All))]
    public async Task A_gpu_is_asked_for_where_models_run_on_it(string name)
    {
        var overlay = await Overlay.RenderAsync(name);
        var gpu = name.StartsWith("gpu", StringComparison.Ordinal);
        foreach (var workload in new[] { "decoder", "vision-encoder" })
        {
            var container = overlay.Pod(workload).Spec.Containers[0];
            Assert.Equal(gpu, container.Resources.Limits.TryGetValue("nvidia.com/gpu", out var slots) && slots.ToString() == "1");
            Assert.Equal(gpu, container.Env.Any(env => env is { Name: "Inference__Device", Value: "cuda:0" }));
            Assert.Equal(gpu, container.Image.EndsWith("-gpu", StringComparison.Ordinal));
        }

        Assert.DoesNotContain(overlay.Workloads.Where(w => w.Name is not ("decoder" or "vision-encoder")), w => w.Pod.Spec.Containers[0].Resources.Limits.ContainsKey("nvidia.com/gpu"));
    }

    [Theory, MemberData(nameof(All))]
    public async Task Members_watch_and_label_pods_and_do_nothing_else(string name)
    {
        var overlay = await Overlay.RenderAsync(name);
        var rule = Assert.Single(Assert.Single(overlay.Of<V1Role>()).Rules);
        Assert.Equal(["pods"], rule.Resources);
        Assert.Equal(["get", "list", "patch", "watch"], rule.Verbs.Order(StringComparer.Ordinal));
        var binding = Assert.Single(overlay.Of<V1RoleBinding>());
        Assert.Equal("mesh-member", Assert.Single(binding.Subjects).Name);
        foreach (var (workload, pod) in overlay.Workloads.Where(w => w.Pod.Spec.ServiceAccountName == "mesh-member"))
        {
            Assert.True(pod.Metadata.Labels.ContainsKey("orleans/clusterId") && pod.Metadata.Labels.ContainsKey("orleans/serviceId"), workload);
        }
    }

    private static bool Selects(IDictionary<string, string> selector, V1PodTemplateSpec pod) =>
        selector.All(label => pod.Metadata.Labels.TryGetValue(label.Key, out var value) && value == label.Value);

    private static HashSet<string> HealthPaths()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.AddServiceDefaults("test");
        using var app = builder.Build();
        app.MapServiceDefaults();
        return [.. ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().Select(endpoint => endpoint.RoutePattern.RawText ?? "")];
    }
}
