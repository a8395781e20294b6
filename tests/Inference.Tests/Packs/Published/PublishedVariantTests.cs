using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Packs;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Packs.Published;

public sealed class PublishedVariantTests
{
    [Theory]
    [InlineData("auto", "cpu", "model.onnx")]
    [InlineData("auto", "cuda", "model_fp16.onnx")]
    [InlineData("fp32", "cpu", "model.onnx")]
    [InlineData("fp16", "cpu", "model_fp16.onnx")]
    [InlineData("q4", "cpu", "model_q4.onnx")]
    [InlineData("int8", "cpu", "model_int8.onnx")]
    public void A_variant_is_chosen_by_its_suffix_and_auto_by_the_device(string variant, string device, string expected)
    {
        using var folder = PublishedCopy.Of("tiny-smollm2");
        foreach (var suffix in (string[])["_fp16", "_q4", "_int8"])
        {
            File.Copy(Path.Combine(folder.Folder, "onnx", "model.onnx"), Path.Combine(folder.Folder, "onnx", $"model{suffix}.onnx"));
        }

        Assert.Equal(Path.Combine(folder.Folder, "onnx", expected), folder.Load(variant, device).FilePath(PackFiles.Decoder));
    }

    [Fact]
    public void Auto_goes_by_the_device_that_was_fallen_back_to()
    {
        using var folder = PublishedCopy.Of("tiny-smollm2");
        File.Copy(Path.Combine(folder.Folder, "onnx", "model.onnx"), Path.Combine(folder.Folder, "onnx", "model_fp16.onnx"));
        using var catalog = folder.Catalog(new InferenceOptions { Device = "cuda:99,cpu" });

        Assert.EndsWith("model.onnx", catalog.Get("").Pack.FilePath(PackFiles.Decoder), StringComparison.Ordinal);
    }

    [Fact]
    public void Auto_takes_what_is_there()
    {
        using var folder = PublishedCopy.Of("tiny-smollm2");
        folder.Rename("onnx/model.onnx", "onnx/model_uint8.onnx");

        Assert.EndsWith("model_uint8.onnx", folder.Load().FilePath(PackFiles.Decoder), StringComparison.Ordinal);
    }

    [Fact]
    public void A_variant_that_is_missing_is_refused_and_what_there_is_is_named()
    {
        using var folder = PublishedCopy.Of("tiny-smollm2");
        File.Copy(Path.Combine(folder.Folder, "onnx", "model.onnx"), Path.Combine(folder.Folder, "onnx", "model_quantized.onnx"));
        using var catalog = folder.Catalog(new InferenceOptions { Variant = "int8" });

        var error = catalog.Entries[0].Error;

        Assert.Equal(ErrorReason.PackInvalid, error!.Reason);
        Assert.Contains("there is no model_int8.onnx for the configured Variant 'int8'; there is: fp32, quantized", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_variant_is_refused_with_those_that_are_known()
    {
        using var folder = PublishedCopy.Of("tiny-smollm2");

        Assert.Contains("auto, fp32, int8", Assert.Throws<MeshException>(() => folder.Load("q3")).Message, StringComparison.Ordinal);
    }
}
