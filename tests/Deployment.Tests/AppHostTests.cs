using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace MultiModalMesh.Deployment.Tests;

/// <summary>The Aspire host is not built with the rest: what it names is looked up.</summary>
public sealed partial class AppHostTests
{
    private static readonly string Folder = Repository.PathOf("orchestration", "AppHost");

    [Fact]
    public void Every_configuration_key_is_one_that_a_program_reads()
    {
        var keys = Key().Matches(File.ReadAllText(Path.Combine(Folder, "Program.cs"))).Select(match => match.Groups[1].Value).Distinct().ToList();
        Assert.NotEmpty(keys);
        Assert.Equal([], keys.Where(key => !ConfigurationKeys.Exists(key)));
    }

    [Fact]
    public void Every_project_it_starts_is_referenced_and_there()
    {
        var references = XDocument.Load(Path.Combine(Folder, "AppHost.csproj")).Descendants("ProjectReference").Select(reference => reference.Attribute("Include")!.Value).ToList();
        Assert.All(references, reference => Assert.True(File.Exists(Path.GetFullPath(Path.Combine(Folder, reference))), reference));
        var started = Project().Matches(File.ReadAllText(Path.Combine(Folder, "Program.cs"))).Select(match => match.Groups[1].Value);
        Assert.Equal(references.Select(reference => Path.GetFileNameWithoutExtension(reference)!).Order(StringComparer.Ordinal), started.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("\"([A-Z][A-Za-z]+(?:__[A-Za-z0-9]+)+)\"")]
    private static partial Regex Key();

    [GeneratedRegex(@"Projects\.(\w+)")]
    private static partial Regex Project();
}
