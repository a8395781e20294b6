using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Devices;

/// <summary>The two builds of ONNX Runtime hold the same native library, so a program must have exactly one of them.</summary>
public sealed class OnnxRuntimePackageTests
{
    [Theory]
    [InlineData("", "Microsoft.ML.OnnxRuntime")]
    [InlineData("Cpu", "Microsoft.ML.OnnxRuntime")]
    [InlineData("Gpu", "Microsoft.ML.OnnxRuntime.Gpu")]
    public async Task The_build_property_picks_one_of_the_packages(string property, string expected)
    {
        var project = FindProject();
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, WorkingDirectory = Path.GetDirectoryName(project)! };
        foreach (var argument in new[] { "msbuild", project, "-getItem:PackageReference", $"-p:OnnxRuntime={property}" })
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        using var json = JsonDocument.Parse(output);
        var packages = json.RootElement.GetProperty("Items").GetProperty("PackageReference").EnumerateArray().Select(item => item.GetProperty("Identity").GetString()!);
        Assert.Equal(expected, Assert.Single(packages, package => package.StartsWith("Microsoft.ML.OnnxRuntime", StringComparison.Ordinal)));
    }

    private static string FindProject()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var project = Path.Combine(folder.FullName, "services", "Inference", "Inference.csproj");
            if (File.Exists(project))
            {
                return project;
            }
        }

        throw new InvalidOperationException($"services/Inference is not above {AppContext.BaseDirectory}.");
    }
}
