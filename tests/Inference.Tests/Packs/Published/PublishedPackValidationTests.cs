using System.Text.Json.Nodes;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Packs;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Packs.Published;

/// <summary>What is wrong with a downloaded folder is said in one sentence with the file and the field, and the others serve.</summary>
public sealed class PublishedPackValidationTests
{
    [Theory]
    [InlineData("tiny-smollm2", "onnx/model.onnx")]
    [InlineData("tiny-clip", "onnx/text_model.onnx")]
    [InlineData("tiny-smolvlm", "onnx/embed_tokens.onnx")]
    [InlineData("tiny-vit-gpt2", "onnx/decoder_model_merged.onnx")]
    public void A_graph_that_is_cut_short(string fixture, string graph) => Refused(fixture, folder =>
    {
        var path = Path.Combine(folder.Folder, graph);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^1000]);
    }, $"{graph}: the ONNX file is cut short");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5_000)]
    public void A_graph_of_which_little_is_left(int length) => Refused("tiny-smollm2", folder =>
    {
        var path = Path.Combine(folder.Folder, "onnx/model.onnx");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..length]);
    }, "onnx/model.onnx: ");

    [Theory]
    [InlineData("tiny-smolvlm", "onnx/embed_tokens.onnx", "the graph onnx/embed_tokens.onnx is missing; there is: onnx/decoder_model_merged.onnx, onnx/vision_encoder.onnx")]
    [InlineData("tiny-vit-gpt2", "onnx/encoder_model.onnx", "the graph onnx/encoder_model.onnx is missing")]
    [InlineData("tiny-clip", "tokenizer.json", "tokenizer.json")]
    [InlineData("tiny-clip", "preprocessor_config.json", "preprocessor_config.json")]
    public void A_file_that_is_missing(string fixture, string file, string named) => Refused(fixture, folder => folder.Delete(file), named);

    [Fact]
    public void A_config_that_promises_layers_that_the_graph_does_not_have() => Refused(
        "tiny-smollm2", folder => folder.Edit("config.json", json => json["num_hidden_layers"] = 12),
        "config.json: num_hidden_layers is 12, but the layers with a KV cache in model.onnx are 2");

    [Theory]
    [InlineData("tiny-smollm2", "num_key_value_heads", 3, "num_key_value_heads is 3, but the heads of past_key_values in model.onnx are 2")]
    [InlineData("tiny-smollm2", "hidden_size", 96, "hidden_size / num_attention_heads is 24, but the size of a head of past_key_values in model.onnx is 12")]
    [InlineData("tiny-smollm2", "vocab_size", 600, "vocab_size is 600, but the columns of logits in model.onnx are 513")]
    [InlineData("tiny-clip", "projection_dim", 64, "has 32 columns; config.json says projection_dim 64")]
    [InlineData("tiny-clip", "vision_config.image_size", 64, "vision_config.image_size is 64 x 64, but preprocessor_config.json makes 32 x 32")]
    [InlineData("tiny-clip", "text_config.vocab_size", 100, "text_config.vocab_size is 100, but tokenizer.json has 734 tokens")]
    [InlineData("tiny-siglip", "text_config.projection_size", 64, "has 32 columns; config.json says projection_size 64")]
    [InlineData("tiny-smolvlm", "text_config.hidden_size", 64, "text_config.hidden_size is 64, but the width of inputs_embeds out of embed_tokens is 48")]
    [InlineData("tiny-smolvlm", "text_config.num_hidden_layers", 30, "text_config.num_hidden_layers is 30")]
    [InlineData("tiny-smolvlm", "scale_factor", 4, "image_seq_len is 4, but config.json's image_size, patch_size and scale_factor make 1")]
    [InlineData("tiny-smolvlm", "image_token_id", 3000, "image_token_id is 3000; tokenizer.json has no such special token")]
    [InlineData("tiny-vit-gpt2", "decoder.n_layer", 12, "decoder.n_layer is 12, but the layers with a KV cache in decoder_model_merged.onnx are 2")]
    [InlineData("tiny-vit-gpt2", "encoder.hidden_size", 768, "encoder.hidden_size is 768, but the width of last_hidden_state out of encoder_model is 40")]
    [InlineData("tiny-vit-gpt2", "decoder.n_positions", -1, "decoder.n_positions is -1; it must be between 1")]
    public void A_config_that_the_graphs_contradict(string fixture, string field, int value, string named) => Refused(
        fixture, folder => folder.Edit("config.json", json =>
        {
            var path = field.Split('.');
            (path.Length > 1 ? json[path[0]]!.AsObject() : json)[path[^1]] = value;
        }), named);

    [Theory]
    [InlineData("tiny-smollm2", "eos_token", "<|fin|>", "tokenizer_config.json: eos_token is '<|fin|>', which tokenizer.json does not have")]
    [InlineData("tiny-siglip", "pad_token", "<fill>", "tokenizer_config.json: pad_token is '<fill>', which tokenizer.json does not have")]
    [InlineData("tiny-smolvlm", "fake_image_token", "<frame>", "tokenizer.json: added_tokens lacks the special token '<frame>' (fake_image_token)")]
    public void A_special_token_that_the_tokenizer_does_not_have(string fixture, string role, string token, string named) => Refused(
        fixture, folder => folder.Edit("tokenizer_config.json", json => json[role] = token), named);

    [Fact]
    public void A_tokenizer_that_lost_a_special_token() => Refused("tiny-smolvlm", folder => folder.Edit("tokenizer.json", json =>
    {
        var tokens = json["added_tokens"]!.AsArray();
        tokens.Remove(tokens.First(token => (string)token!["content"]! == "<global-img>"));
    }), "tokenizer.json: added_tokens lacks the special token '<global-img>'");

    [Fact]
    public void An_end_token_outside_the_vocabulary() => Refused(
        "tiny-smollm2", folder => folder.Edit("generation_config.json", json => json["eos_token_id"] = new JsonArray(2, 9000)),
        "generation_config.json: eos_token_id is 9000; tokenizer.json has 513 tokens");

    [Theory]
    [InlineData("size", """{"longest_edge": 32}""", "preprocessor_config.json: size has neither shortest_edge alone nor height and width")]
    [InlineData("resample", "9", "preprocessor_config.json: resample is 9; supported: 0 (nearest)")]
    [InlineData("crop_size", "48", "makes 48 x 48")]
    [InlineData("image_std", "[0.5, 0, 0.5]", "preprocessor_config.json: image_std has a zero in it")]
    [InlineData("image_mean", "[0.5]", "preprocessor_config.json: image_mean does not have three numbers")]
    public void A_preprocessing_that_cannot_be_done(string field, string value, string named) => Refused(
        "tiny-clip", folder => folder.Edit("preprocessor_config.json", json => json[field] = JsonNode.Parse(value)), named);

    [Fact]
    public void A_graph_without_the_tensor_that_its_family_has() => Refused("tiny-clip", folder =>
        File.Copy(Path.Combine(folder.Folder, "onnx/text_model.onnx"), Path.Combine(folder.Folder, "onnx/vision_model.onnx"), overwrite: true),
        "onnx/vision_model.onnx: the input 'pixel_values' is missing; the graph has input_ids");

    [Fact]
    public void A_family_that_is_not_known() => Refused("tiny-clip", folder => folder.Edit("config.json", json =>
    {
        json["model_type"] = "whisper";
        json.Remove("architectures");
    }), "config.json: model_type is 'whisper' and the graphs are onnx/text_model.onnx, onnx/vision_model.onnx; supported: CLIP and SigLIP");

    [Fact]
    public void A_template_that_uses_what_is_not_supported() => Refused(
        "tiny-smollm2", folder => folder.Edit("tokenizer_config.json", json => json["chat_template"] = "{% include 'x' %}"), "tokenizer_config.json: chat_template");

    [Fact]
    public void A_folder_that_is_no_pack() => Refused(
        "tiny-smollm2", folder => folder.Delete("onnx/model.onnx"), "is no model pack; it has neither pack.json nor config.json with graphs");

    private static void Refused(string fixture, Action<PublishedCopy> damage, params string[] named)
    {
        using var folder = PublishedCopy.Of(fixture);
        using var good = TestPack.SmolLm2();
        damage(folder);
        using var catalog = PackCatalog.Load([folder.Root, good.Root], PackParts.All, new InferenceOptions());

        Assert.NotNull(catalog.Get("smollm2").Decoder);
        var error = catalog.Entries[0].Error;
        Assert.NotNull(error);
        Assert.Equal(ErrorReason.PackInvalid, error.Reason);
        Assert.Contains(named[^1], error.Message, StringComparison.Ordinal);
        Assert.Contains(folder.Folder, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
