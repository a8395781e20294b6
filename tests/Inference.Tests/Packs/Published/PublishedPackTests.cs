using System.Text.Json.Nodes;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Packs;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Packs.Published;

public sealed class PublishedPackTests
{
    [Fact]
    public void Every_folder_is_a_pack_under_its_own_name()
    {
        using var clip = PublishedCopy.Of("tiny-clip");
        using var smol = PublishedCopy.Of("tiny-smollm2");
        using var catalog = PackCatalog.Load([clip.Root, smol.Folder], PackParts.All, new InferenceOptions());

        Assert.All(catalog.Entries, entry => Assert.Null(entry.Error));
        Assert.Equal(["tiny-clip", "tiny-smollm2"], catalog.Packs.Select(pack => pack.Pack.Name));
        Assert.NotNull(catalog.Get("tiny-clip").VisionEncoder);
        Assert.NotNull(catalog.Get("tiny-clip").TextEncoder);
        Assert.NotNull(catalog.Get("tiny-smollm2").Decoder);
        Assert.Equal(catalog.Get("tiny-clip").Pack.Id, ModelPack.Load(clip.Folder).Id);
    }

    [Theory]
    [InlineData("tiny-clip", 77)]
    [InlineData("tiny-siglip", 64)]
    public void Two_towers_read_pictures_and_texts_into_one_space(string fixture, int textLength)
    {
        using var folder = PublishedCopy.Of(fixture);
        var pack = folder.Load();

        Assert.Equal([PackCapabilities.ImageEmbedding, PackCapabilities.TextEmbedding], pack.Capabilities);
        Assert.Equal(32, pack.Dimensions);
        Assert.Equal(textLength, pack.TextContextLength);
        Assert.Equal(PictureInput.None, pack.PictureInput);
        Assert.Null(pack.ChatPrompt);
    }

    [Fact]
    public void A_decoder_has_its_context_its_end_and_a_template()
    {
        using var folder = PublishedCopy.Of("tiny-smollm2");
        var pack = folder.Load();

        Assert.Equal([PackCapabilities.Chat, PackCapabilities.Completion], pack.Capabilities);
        Assert.Equal(512, pack.ContextLength);
        Assert.Equal([2], pack.EndTokenIds);
        Assert.Equal(Path.Combine(folder.Folder, "onnx", "model.onnx"), pack.FilePath(PackFiles.Decoder));
        Assert.NotNull(pack.ChatPrompt);
    }

    [Fact]
    public void A_vision_language_model_puts_pictures_into_the_prompt()
    {
        using var folder = PublishedCopy.Of("tiny-smolvlm");
        var pack = folder.Load();

        Assert.Equal([PackCapabilities.Chat, PackCapabilities.Completion, PackCapabilities.ImageFeatures], pack.Capabilities);
        Assert.Equal(PictureInput.Positions, pack.PictureInput);
        Assert.Equal(1024, pack.ContextLength);
        Assert.Equal([556], pack.EndTokenIds);
        Assert.Equal(4, pack.ImageTokens);
        Assert.Equal(52, pack.FeatureTokens(new PictureGrid(3, 4)));
        Assert.Equal(1024 / (6 * 17), pack.MaxImages);
        Assert.Equal(Path.Combine(folder.Folder, "onnx", "vision_encoder.onnx"), pack.FilePath(PackFiles.Vision));
    }

    [Fact]
    public void A_captioner_starts_from_its_start_token_and_sees_the_picture_beside_the_prompt()
    {
        using var folder = PublishedCopy.Of("tiny-vit-gpt2");
        var pack = folder.Load();

        Assert.Equal(PictureInput.EncoderStates, pack.PictureInput);
        Assert.Equal(64, pack.ContextLength);
        Assert.Equal([486], pack.EndTokenIds);
        Assert.Equal(15, pack.DefaultMaxNewTokens); // max_length 16 counts the start token
        var layout = pack.ChatPrompt!.Build([new ChatMessage(ChatRole.User, "", 2), new ChatMessage(ChatRole.Assistant, "a dog"), new ChatMessage(ChatRole.User, "?")], 10);
        Assert.Equal([486], layout.Tokens);
        Assert.Equal([new PictureReference(0, 1)], layout.Pictures);
        Assert.Equal(ErrorReason.InvalidRequest, Assert.Throws<MeshException>(() => pack.ChatPrompt.Build([new ChatMessage(ChatRole.User, "Hi")], 10)).Reason);
    }

    [Fact]
    public void Generation_defaults_are_what_the_publisher_says_and_several_tokens_may_end_an_answer()
    {
        using var folder = PublishedCopy.Of("tiny-smollm2");
        folder.Edit("generation_config.json", json =>
        {
            json["eos_token_id"] = new JsonArray(2, 0);
            json["do_sample"] = true;
            json["temperature"] = 0.6;
            json["top_k"] = 20;
            json["top_p"] = 0.95;
            json["repetition_penalty"] = 1.1;
            json["max_new_tokens"] = 33;
        });
        var pack = folder.Load();

        Assert.Equal([2, 0], pack.EndTokenIds);
        Assert.Equal(new GenerationDefaults(true, 0.6f, 20, 0.95f, null, 1.1f, 33), pack.Generation);
        Assert.Equal(33, pack.DefaultMaxNewTokens);
    }

    [Fact]
    public void Without_a_generation_config_the_config_and_then_the_tokenizer_name_the_end()
    {
        using var folder = PublishedCopy.Of("tiny-smollm2");
        folder.Delete("generation_config.json").Edit("config.json", json => json["eos_token_id"] = 0);
        Assert.Equal([0], folder.Load().EndTokenIds);

        folder.Edit("config.json", json => json.Remove("eos_token_id"));
        Assert.Equal([2], folder.Load().EndTokenIds);
    }

    [Fact]
    public void A_decoder_without_a_template_completes_raw_prompts_and_says_so_on_chat()
    {
        using var folder = PublishedCopy.Of("tiny-smollm2");
        folder.Edit("tokenizer_config.json", json => json.Remove("chat_template"));
        var pack = folder.Load();

        Assert.Equal([PackCapabilities.Completion], pack.Capabilities);
        var error = Assert.Throws<MeshException>(pack.RequireChatPrompt);
        Assert.Equal(ErrorReason.CapabilityMissing, error.Reason);
        Assert.Contains("has no chat template: it completes raw prompts only", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Graphs_may_lie_at_the_root()
    {
        using var folder = PublishedCopy.Of("tiny-smollm2");
        folder.Rename("onnx/model.onnx", "decoder_model_merged.onnx");

        Assert.Equal(Path.Combine(folder.Folder, "decoder_model_merged.onnx"), folder.Load().FilePath(PackFiles.Decoder));
    }

    [Fact]
    public void One_tower_alone_is_a_pack_too()
    {
        using var folder = PublishedCopy.Of("tiny-clip");
        folder.Delete("onnx/vision_model.onnx");

        Assert.Equal([PackCapabilities.TextEmbedding], folder.Load().Capabilities);
    }

    [Fact]
    public void The_same_files_have_the_same_version_and_others_another()
    {
        using var one = PublishedCopy.Of("tiny-clip");
        using var two = PublishedCopy.Of("tiny-clip");
        using var other = PublishedCopy.Of("tiny-clip");
        var path = Path.Combine(other.Folder, "onnx", "text_model.onnx");
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2]++;
        File.WriteAllBytes(path, bytes);

        Assert.Equal(one.Load().Version, two.Load().Version);
        Assert.NotEqual(one.Load().Version, other.Load().Version);
    }

    [Fact]
    public void The_licence_is_the_model_cards()
    {
        using var folder = PublishedCopy.Of("tiny-clip");
        File.WriteAllText(Path.Combine(folder.Folder, "README.md"), "---\nlicense: mit\ntags:\n- x\n---\n# CLIP\nlicense: none\n");

        Assert.Equal("mit", folder.Load().License);
    }
}
