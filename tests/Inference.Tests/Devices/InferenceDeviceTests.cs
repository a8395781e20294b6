using MultiModalMesh.Inference.Devices;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Devices;

public sealed class InferenceDeviceTests
{
    [Theory]
    [InlineData("cpu", "cpu")]
    [InlineData("CUDA", "cuda:0")]
    [InlineData("cuda:1", "cuda:1")]
    [InlineData("cuda:GPU-8932F937-d72c-4106-c12f-20bd9faed9f6", "cuda:GPU-8932f937-d72c-4106-c12f-20bd9faed9f6")]
    [InlineData("cuda:MIG-8932f937-d72c-4106-c12f-20bd9faed9f6, cuda:0 ,cpu", "cuda:GPU-8932f937-d72c-4106-c12f-20bd9faed9f6|cuda:0|cpu")]
    public void Devices_are_read_in_the_order_of_preference(string text, string expected)
    {
        Assert.True(InferenceDevice.TryParseList(text, out var devices, out _));

        Assert.Equal(expected, string.Join('|', devices));
    }

    [Theory]
    [InlineData("")]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:0x1")]
    [InlineData("cuda:8932f937-d72c-4106-c12f-20bd9faed9f6")]
    [InlineData("cuda:GPU-8932f937")]
    [InlineData("cuda:0,")]
    public void What_is_no_device_is_refused_with_what_is(string text) => Refused(text, InferenceDevice.Syntax);

    [Fact]
    public void A_list_that_cannot_mean_what_it_says_is_refused()
    {
        Refused("cpu,cuda", "cpu goes last");
        Refused("cuda,cuda:0,cpu", "names cuda:0 twice");
    }

    private static void Refused(string text, string because)
    {
        Assert.False(InferenceDevice.TryParseList(text, out _, out var problem));
        Assert.Contains(because, problem, StringComparison.Ordinal);
    }
}
