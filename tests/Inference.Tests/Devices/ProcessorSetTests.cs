using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Devices;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Devices;

public sealed class ProcessorSetTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("3", "3", 1)]
    [InlineData("8, 0-3,2,5", "0-3,5,8", 6)]
    public void Processors_are_read_and_told_as_Linux_writes_them(string text, string expected, int count)
    {
        var processors = ProcessorSet.Parse(text);

        Assert.Equal((expected, count), (processors.ToString(), processors.Count));
    }

    [Theory]
    [InlineData("all")]
    [InlineData("3-1")]
    [InlineData("-1")]
    [InlineData("0-99999999")]
    public void What_is_no_list_of_processors_is_refused(string text)
    {
        var error = Assert.Throws<MeshException>(() => ProcessorSet.Parse(text));

        Assert.Contains($"Inference:CpuAffinity is '{text}', but must be", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_processor_that_the_process_may_not_use_is_refused_before_anything_is_bound()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsWindows(), "This system cannot bind.");
        var error = Assert.Throws<MeshException>(ProcessorSet.Parse("0,4000").Bind);

        Assert.Contains("may use processors", error.Message, StringComparison.Ordinal);
        Assert.Contains("not 4000", error.Message, StringComparison.Ordinal);
    }
}
