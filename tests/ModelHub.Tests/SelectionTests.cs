using MultiModalMesh.Errors;
using MultiModalMesh.ModelHub.Hub;
using MultiModalMesh.ModelHub.Selection;

namespace MultiModalMesh.ModelHub.Tests;

/// <summary>Which files of a published repository make up a pack.</summary>
public sealed class SelectionTests
{
    private static readonly string[] Companions = ["config.json", "tokenizer.json", "preprocessor_config.json"];

    [Fact]
    public void Towers_are_taken_apart_and_the_joint_graph_stays()
    {
        var selection = Select("auto", "onnx/model.onnx", "onnx/text_model.onnx", "onnx/vision_model.onnx", "onnx/vision_model_fp16.onnx");

        Assert.Equal(["onnx/text_model.onnx", "onnx/vision_model.onnx"], Graphs(selection));
        Assert.Equal(["onnx/model.onnx", "onnx/vision_model_fp16.onnx"], selection.LeftOut.Select(file => file.Path));
    }

    [Fact]
    public void A_merged_decoder_replaces_its_two_halves()
    {
        var selection = Select("auto", "onnx/encoder_model.onnx", "onnx/decoder_model.onnx", "onnx/decoder_with_past_model.onnx", "onnx/decoder_model_merged.onnx");

        Assert.Equal(["onnx/decoder_model_merged.onnx", "onnx/encoder_model.onnx"], Graphs(selection));
    }

    [Fact]
    public void Weights_outside_of_a_graph_come_with_it_and_only_with_it()
    {
        var selection = Select(
            "q4", "onnx/model.onnx", "onnx/model.onnx_data", "onnx/model_q4.onnx", "onnx/model_q4.onnx_data", "onnx/model_q4.onnx_data_1", "onnx/model_q4f16.onnx");

        Assert.Equal(["onnx/model_q4.onnx", "onnx/model_q4.onnx_data", "onnx/model_q4.onnx_data_1"], Graphs(selection));
    }

    [Theory]
    [InlineData("fp32", "onnx/model.onnx")]
    [InlineData("fp16", "onnx/model_fp16.onnx")]
    [InlineData("int8", "onnx/model_int8.onnx")]
    [InlineData("uint8", "onnx/model_uint8.onnx")]
    [InlineData("quantized", "onnx/model_quantized.onnx")]
    [InlineData("q4", "onnx/model_q4.onnx")]
    [InlineData("q4f16", "onnx/model_q4f16.onnx")]
    [InlineData("bnb4", "onnx/model_bnb4.onnx")]
    [InlineData("auto", "onnx/model.onnx")]
    public void A_variant_is_found_by_its_published_suffix(string variant, string expected)
    {
        string[] all = ["", "_fp16", "_int8", "_uint8", "_quantized", "_q4", "_q4f16", "_bnb4"];

        Assert.Equal([expected], Graphs(Select(variant, [.. all.Select(suffix => $"onnx/model{suffix}.onnx")])));
    }

    [Fact]
    public void Auto_takes_what_there_is_where_full_precision_is_not_published()
    {
        Assert.Equal(["onnx/model_quantized.onnx"], Graphs(Select("auto", "onnx/model_q4.onnx", "onnx/model_quantized.onnx")));
    }

    [Fact]
    public void Graphs_at_the_top_are_taken_where_there_is_no_folder_of_them() =>
        Assert.Contains("model_fp16.onnx", Select("fp16", "model.onnx", "model_fp16.onnx", "openvino/model_fp16.onnx").Files.Select(file => file.Path));

    [Fact]
    public void A_variant_that_one_part_lacks_is_refused_with_what_there_is()
    {
        var failure = Assert.Throws<MeshException>(() => Select("q4", "onnx/text_model_q4.onnx", "onnx/vision_model.onnx", "onnx/vision_model_fp16.onnx"));

        Assert.Equal(ErrorReason.PackInvalid, failure.Reason);
        Assert.Contains("'vision_model' is not published as q4, only as fp32, fp16", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_variant_that_does_not_exist_is_refused_with_those_that_do()
    {
        var failure = Assert.Throws<MeshException>(() => Select("int4", "onnx/model.onnx"));

        Assert.Contains("auto, fp32, int8", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_repository_without_graphs_is_no_pack()
    {
        var failure = Assert.Throws<MeshException>(() => Select("auto", "model.safetensors"));

        Assert.Contains("onnx", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tiny")]
    [InlineData("acme/tiny/more")]
    [InlineData("acme/..")]
    [InlineData("../tiny")]
    [InlineData("acme/tiny@")]
    [InlineData("acme/tiny@../main")]
    [InlineData("acme/tiny?x=1")]
    [InlineData("https://huggingface.co/acme/tiny")]
    public void A_name_that_is_none_is_refused(string text) => Assert.Throws<MeshException>(() => HubReference.Parse(text));

    private static string[] Graphs(PackSelection selection) =>
        [.. selection.Files.Select(file => file.Path).Where(path => path.StartsWith("onnx/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static PackSelection Select(string variant, params string[] files) => PackSelection.OfPublished(
        [.. files.Concat(Companions).Select(path => new HubFile(path, 1, new string('0', 40), null))], "acme/tiny", variant);
}
