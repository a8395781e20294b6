using System.Security.Cryptography;
using System.Text.Json.Nodes;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Inference.Tests;

/// <summary>A pack folder put together from fixtures, deleted at the end of the test.</summary>
internal sealed class TestPack : IDisposable
{
    private TestPack(string name, JsonObject manifest)
    {
        Root = Directory.CreateTempSubdirectory("pack-test-").FullName;
        Folder = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.Combine(Folder, "onnx"));
        Manifest = manifest;
        Manifest["name"] = name;
        Manifest["version"] = "0.1.0";
        Manifest["license"] = "Apache-2.0";
    }

    public string Root { get; }

    public string Folder { get; }

    public JsonObject Manifest { get; }

    /// <summary>Text only: the decoder takes token ids.</summary>
    public static TestPack SmolLm2(int context = 512)
    {
        var pack = new TestPack("smollm2", new JsonObject
        {
            ["capabilities"] = new JsonArray("chat"),
            ["context"] = context,
            ["chat"] = new JsonObject { ["user"] = "<|im_start|>", ["assistant"] = "<file_sep>", ["end"] = "<|im_end|>" },
        });
        pack.Add("tiny-smollm2/tokenizer.json", PackFiles.Tokenizer);
        pack.Add("tiny-smollm2/onnx/model.onnx", PackFiles.Decoder);
        return pack.Write();
    }

    /// <summary>Pictures of 52 positions of width 48: the decoder takes embeddings.</summary>
    public static TestPack SmolVlm(int context = 512)
    {
        var pack = new TestPack("smolvlm", new JsonObject
        {
            ["capabilities"] = new JsonArray("chat"),
            ["context"] = context,
            ["image_tokens"] = 52,
            ["max_images"] = 1,
            ["chat"] = new JsonObject { ["user"] = "<|im_start|>", ["assistant"] = "<file_sep>", ["end"] = "<end_of_utterance>" },
        });
        pack.Add("tiny-smolvlm/tokenizer.json", PackFiles.Tokenizer);
        pack.Add("tiny-smolvlm/onnx/embed_tokens.onnx", PackFiles.EmbedTokens);
        pack.Add("tiny-smolvlm/onnx/decoder_model_merged.onnx", PackFiles.Decoder);
        return pack.Write();
    }

    /// <summary>Captions: the decoder sees a picture of 17 rows of width 40 by cross-attention; neither mask nor positions, but a cache branch.</summary>
    public static TestPack VitGpt2()
    {
        var pack = new TestPack("vit-gpt2", new JsonObject
        {
            ["capabilities"] = new JsonArray("chat"),
            ["context"] = 64,
            ["chat"] = new JsonObject { ["user"] = "<|endoftext|>", ["assistant"] = "<|endoftext|>", ["end"] = "<|endoftext|>" },
        });
        pack.Add("tiny-vit-gpt2/tokenizer.json", PackFiles.Tokenizer);
        pack.Add("tiny-vit-gpt2/onnx/decoder_model_merged.onnx", PackFiles.Decoder);
        return pack.Write();
    }

    /// <summary>Two towers; its tokenizer is another model's, whose ids fit.</summary>
    public static TestPack Towers()
    {
        var pack = new TestPack("towers", new JsonObject
        {
            ["capabilities"] = new JsonArray("image-embedding", "text-embedding"),
            ["dimensions"] = 32,
            ["text_context"] = 16,
        });
        pack.Add("tiny-smollm2/tokenizer.json", PackFiles.Tokenizer);
        pack.Add("tiny-clip/preprocessor_config.json", PackFiles.Preprocessor);
        pack.Add("tiny-clip/onnx/vision_model.onnx", PackFiles.Vision);
        pack.Add("tiny-clip/onnx/text_model.onnx", PackFiles.Text);
        return pack.Write();
    }

    public ModelPack Load() => ModelPack.Load(Folder);

    public PackCatalog Catalog(InferenceOptions? options = null) => PackCatalog.Load([Root], PackParts.All, options ?? new InferenceOptions());

    /// <summary>Writes pack.json again, with the files as they are now.</summary>
    public TestPack Write()
    {
        var files = new JsonArray();
        foreach (var path in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Where(p => Path.GetFileName(p) != PackFiles.Manifest))
        {
            files.Add(new JsonObject
            {
                ["path"] = Path.GetRelativePath(Folder, path).Replace('\\', '/'),
                ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))),
                ["bytes"] = new FileInfo(path).Length,
            });
        }

        Manifest["files"] = files;
        return Rewrite();
    }

    /// <summary>Writes pack.json as the manifest is, whatever the files are.</summary>
    public TestPack Rewrite()
    {
        File.WriteAllText(Path.Combine(Folder, PackFiles.Manifest), Manifest.ToJsonString());
        return this;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private void Add(string fixture, string path) => File.Copy(Fixtures.Path(fixture), Path.Combine(Folder, path));
}
