using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace MultiModalMesh.Deployment.Tests.Compose;

/// <summary>No container daemon is needed: what the compose files name is looked up in the repository and in the programs.</summary>
public sealed class ComposeTests
{
    private static readonly HashSet<string> Infrastructure = ["garnet", "dashboard", "postgres"];

    [Theory]
    [InlineData("compose.yaml")]
    [InlineData("postgresql.yaml")]
    public void Every_configuration_key_is_one_that_a_program_reads(string file)
    {
        var keys = Services(file).Where(s => !Infrastructure.Contains(s.Name)).SelectMany(s => Map(s.Service, "environment").Keys).Select(key => (string)key).Distinct().ToList();
        Assert.NotEmpty(keys);
        Assert.Equal([], keys.Where(key => !ConfigurationKeys.Exists(key)));
    }

    [Theory]
    [InlineData("compose.yaml")]
    [InlineData("postgresql.yaml")]
    public void Every_image_of_ours_is_built_from_a_project_that_is_there(string file)
    {
        var dockerfile = File.ReadAllText(Repository.PathOf("deploy", "containers", "Dockerfile"));
        var built = Services(file).Select(s => Map(s.Service, "build")).Where(build => build.Count > 0).ToList();
        Assert.NotEmpty(built);
        Assert.All(built, build =>
        {
            Assert.Equal("deploy/containers/Dockerfile", build["dockerfile"]);
            Assert.Contains($" AS {build["target"]}\n", dockerfile, StringComparison.Ordinal);
            var project = (string)((Dictionary<object, object>)build["args"])["PROJECT"];
            Assert.True(File.Exists(Repository.PathOf(project, $"{Path.GetFileName(project)}.csproj")), project);
        });
    }

    [Fact]
    public void Members_have_an_address_each_that_is_the_one_they_tell()
    {
        var members = Services("compose.yaml").Where(s => Map(s.Service, "environment").ContainsKey("Cluster__Address")).ToList();
        var addresses = members.Select(m => (string)Map(m.Service, "environment")["Cluster__Address"]).ToList();
        Assert.Equal(addresses.Distinct().Count(), addresses.Count);
        Assert.All(members, m => Assert.Equal(
            Map(m.Service, "environment")["Cluster__Address"], ((Dictionary<object, object>)((Dictionary<object, object>)m.Service["networks"])["mesh"])["ipv4_address"]));
    }

    [Fact]
    public void The_override_is_for_services_that_are_there() =>
        Assert.Equal([], Services("postgresql.yaml").Select(s => s.Name).Except(Services("compose.yaml").Select(s => s.Name).Append("cluster-init").Append("postgres")));

    private static IEnumerable<(string Name, Dictionary<object, object> Service)> Services(string file)
    {
        using var reader = File.OpenText(Repository.PathOf("deploy", "compose", file));
        var root = new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(new MergingParser(new Parser(reader)));
        return [.. ((Dictionary<object, object>)root["services"]).Select(s => ((string)s.Key, (Dictionary<object, object>)s.Value))];
    }

    private static Dictionary<object, object> Map(Dictionary<object, object> service, string key) =>
        service.TryGetValue(key, out var value) ? (Dictionary<object, object>)value : [];
}
