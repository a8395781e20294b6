using System.Diagnostics;
using k8s;
using k8s.Models;

namespace MultiModalMesh.Deployment.Tests.Kubernetes;

/// <summary>What an overlay comes to, read with the API's own types: a field that they do not know is an error.</summary>
internal sealed class Overlay
{
    private Overlay(string name, IReadOnlyList<IKubernetesObject> objects)
    {
        Name = name;
        Objects = objects;
    }

    public static IEnumerable<string> Names => Directory.EnumerateDirectories(Repository.PathOf("deploy", "kubernetes", "overlays")).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal);

    public string Name { get; }

    public IReadOnlyList<IKubernetesObject> Objects { get; }

    /// <summary>Everything that makes pods, with the pod it makes.</summary>
    public IEnumerable<(string Name, V1PodTemplateSpec Pod)> Workloads =>
    [
        .. Of<V1Deployment>().Select(d => (d.Metadata.Name, d.Spec.Template)),
        .. Of<V1StatefulSet>().Select(s => (s.Metadata.Name, s.Spec.Template)),
        .. Of<V1Job>().Select(j => (j.Metadata.Name, j.Spec.Template)),
    ];

    public IEnumerable<T> Of<T>() => Objects.OfType<T>();

    public V1PodTemplateSpec Pod(string name) => Workloads.Single(w => w.Name == name).Pod;

    /// <summary>Renders an overlay; skips the test where kubectl is missing.</summary>
    public static Task<Overlay> RenderAsync(string name) => RenderAsync(name, Repository.PathOf("deploy", "kubernetes", "overlays", name));

    /// <summary>Renders an overlay with a component that it does not have.</summary>
    public static async Task<Overlay> RenderWithAsync(string name, string component)
    {
        // kustomize follows only relative paths; a temporary folder may be a link, from which they lead elsewhere.
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, $"overlay-{Guid.NewGuid():N}"));
        try
        {
            string Relative(params string[] parts) => Path.GetRelativePath(folder.FullName, Repository.PathOf(["deploy", "kubernetes", .. parts]));
            await File.WriteAllTextAsync(
                Path.Combine(folder.FullName, "kustomization.yaml"),
                $"resources: [{Relative("overlays", name)}]\ncomponents: [{Relative("components", component)}]\n",
                TestContext.Current.CancellationToken);
            return await RenderAsync($"{name} with {component}", folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<Overlay> RenderAsync(string name, string folder)
    {
        ProcessStartInfo start = new("kubectl", ["kustomize", folder]) { RedirectStandardOutput = true, RedirectStandardError = true };
        Process kubectl;
        try
        {
            kubectl = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("kubectl is not installed; it renders the overlays.");
            throw;
        }

        using (kubectl)
        {
            var errors = kubectl.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            var yaml = await kubectl.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await kubectl.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(kubectl.ExitCode == 0, $"kubectl kustomize {name} fails: {await errors}");
            return new Overlay(name, [.. KubernetesYaml.LoadAllFromString(yaml, strict: true).Cast<IKubernetesObject>()]);
        }
    }
}
