using System.Text.Json.Nodes;
using MultiModalMesh.Inference.Decoding;
using MultiModalMesh.Inference.Packs;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Packs.Published;

/// <summary>From a folder as it was downloaded to the tokens of the reference, with everything read from its files.</summary>
public sealed class PublishedGreedyTests
{
    [Fact]
    public async Task A_decoder_answers_as_the_reference_and_stops_at_its_end_token()
    {
        using var folder = PublishedCopy.Of("tiny-smollm2");
        using var catalog = folder.Catalog();
        var engine = catalog.Get("tiny-smollm2").RequireDecoder();
        var goldens = Fixtures.Goldens("tiny-smollm2");
        foreach (var golden in goldens.GetProperty("prompts").EnumerateArray().Append(goldens.GetProperty("stops_at_eos")))
        {
            var expected = golden.GetProperty("greedy_ids").Ints();
            Assert.Equal(
                expected.TakeWhile(id => id != 2),
                await GenerateAsync(engine, new GenerationRequest { Prompt = golden.GetProperty("input_ids").Ints(), MaxNewTokens = expected.Length }));
        }
    }

    [Fact]
    public async Task A_vision_language_model_answers_about_a_picture_as_the_reference()
    {
        const string Fixture = "tiny-smolvlm";
        using var folder = PublishedCopy.Of(Fixture);
        using var catalog = folder.Catalog();
        var loaded = catalog.Get(Fixture);
        var golden = Fixtures.Goldens(Fixture).GetProperty("prompts")[0];
        var picture = await loaded.RequireVisionEncoder().EncodeAsync(Fixtures.Image(golden.GetProperty("images")[0].GetString()!), TestContext.Current.CancellationToken);
        var text = JsonNode.Parse(golden.GetProperty("messages").GetRawText())![0]!["content"]![1]!["text"]!.GetValue<string>();

        var layout = loaded.Pack.RequireChatPrompt().Build([new ChatMessage(ChatRole.User, text, 1)], 24, _ => picture.Grid);

        Assert.Equal(golden.GetProperty("greedy_ids").Ints(), await GenerateAsync(loaded.RequireDecoder(), new GenerationRequest
        {
            Prompt = layout.Tokens,
            Image = new ImageFeatures(picture.Features, picture.FeatureTokens, picture.FeatureWidth, picture.Grid),
            MaxNewTokens = 24,
        }));
    }

    [Fact]
    public async Task A_captioner_describes_a_picture_as_the_reference()
    {
        const string Fixture = "tiny-vit-gpt2";
        using var folder = PublishedCopy.Of(Fixture);
        using var catalog = folder.Catalog();
        var loaded = catalog.Get(Fixture);
        foreach (var golden in Fixtures.Goldens(Fixture).GetProperty("images").EnumerateArray().Where(g => g.GetProperty("image").GetString()!.StartsWith("rgb", StringComparison.Ordinal)))
        {
            var picture = await loaded.RequireVisionEncoder().EncodeAsync(Fixtures.Image(golden.GetProperty("image").GetString()!), TestContext.Current.CancellationToken);
            var layout = loaded.Pack.RequireChatPrompt().Build([new ChatMessage(ChatRole.User, "", 1)], 24);

            Assert.Equal(golden.GetProperty("greedy_ids").Ints(), await GenerateAsync(loaded.RequireDecoder(), new GenerationRequest
            {
                Prompt = layout.Tokens,
                Image = new ImageFeatures(picture.Features, picture.FeatureTokens, picture.FeatureWidth),
                MaxNewTokens = 24,
            }));
        }
    }

    [Fact]
    public async Task Any_of_several_end_tokens_ends_an_answer()
    {
        using var folder = PublishedCopy.Of("tiny-smollm2");
        var golden = Fixtures.Goldens("tiny-smollm2").GetProperty("prompts")[0];
        var greedy = golden.GetProperty("greedy_ids").Ints();
        folder.Edit("generation_config.json", json => json["eos_token_id"] = new JsonArray(2, greedy[3]));
        using var catalog = folder.Catalog();

        var ids = await GenerateAsync(
            catalog.Get("tiny-smollm2").RequireDecoder(), new GenerationRequest { Prompt = golden.GetProperty("input_ids").Ints(), MaxNewTokens = 24 });

        Assert.Equal(greedy.TakeWhile(id => id != greedy[3]), ids);
    }

    private static async Task<List<int>> GenerateAsync(DecoderEngine engine, GenerationRequest request)
    {
        List<int> ids = [];
        await foreach (var generated in engine.GenerateAsync(request, TestContext.Current.CancellationToken))
        {
            if (generated is GeneratedToken token)
            {
                ids.Add(token.Id);
            }
        }

        return ids;
    }
}
