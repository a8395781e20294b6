using System.Text.Json.Nodes;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Packs;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Packs;

public sealed class PackCatalogTests
{
    [Fact]
    public void A_broken_pack_is_listed_with_its_error_while_the_others_serve()
    {
        using var good = TestPack.SmolLm2();
        using var broken = TestPack.SmolVlm();
        File.Delete(Path.Combine(broken.Folder, PackFiles.Decoder));
        using var catalog = PackCatalog.Load([good.Root, broken.Folder, "/no/such/folder"], PackParts.All, new InferenceOptions());

        Assert.Equal(["smollm2", "smolvlm", "folder"], catalog.Entries.Select(e => e.Name));
        Assert.NotNull(catalog.Get("").Decoder);
        var error = Assert.Throws<MeshException>(() => catalog.Get("smolvlm"));
        Assert.Equal(ErrorReason.PackInvalid, error.Reason);
        Assert.Contains(PackFiles.Decoder, error.Message, StringComparison.Ordinal);
        Assert.Contains("there is: smollm2", Assert.Throws<MeshException>(() => catalog.Get("nothing")).Message, StringComparison.Ordinal);
        Assert.Equal(ErrorReason.CapabilityMissing, Assert.Throws<MeshException>(() => catalog.Get("smollm2").RequireVisionEncoder()).Reason);
    }

    [Fact]
    public void Two_packs_of_one_name_do_not_both_serve()
    {
        using var one = TestPack.SmolLm2();
        using var two = TestPack.SmolLm2();
        using var catalog = PackCatalog.Load([one.Root, two.Root], PackParts.Decoder, new InferenceOptions());

        Assert.Single(catalog.Packs);
        Assert.Contains(one.Folder, catalog.Entries[1].Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_parts_that_a_process_serves_are_opened()
    {
        using var folder = TestPack.Towers();
        using var catalog = PackCatalog.Load([folder.Root], PackParts.Text, new InferenceOptions());

        Assert.Null(catalog.Get("towers").VisionEncoder);
        Assert.NotNull(catalog.Get("towers").TextEncoder);
    }

    [Fact]
    public void A_truncated_graph_is_refused_with_its_file() =>
        Refused(TestPack.SmolLm2(), pack =>
        {
            var path = Path.Combine(pack.Folder, PackFiles.Decoder);
            File.WriteAllBytes(path, File.ReadAllBytes(path)[..50_000]);
            pack.Write();
        }, PackFiles.Decoder);

    [Fact]
    public void A_file_of_another_size_or_content_is_refused()
    {
        var path = "";
        Refused(TestPack.SmolLm2(), pack => File.AppendAllText(path = Path.Combine(pack.Folder, PackFiles.Tokenizer), " "), "bytes; pack.json says");
        Refused(TestPack.SmolLm2(), pack =>
        {
            path = Path.Combine(pack.Folder, PackFiles.Tokenizer);
            File.WriteAllText(path, File.ReadAllText(path).Replace("bridge", "Bridge", StringComparison.Ordinal).Replace(" t", " T", StringComparison.Ordinal));
        }, "SHA-256");
    }

    [Fact]
    public void A_graph_without_the_tensor_that_is_needed_is_refused_with_the_tensor() =>
        Refused(TestPack.Towers(), pack =>
        {
            File.Copy(Path.Combine(pack.Folder, PackFiles.Text), Path.Combine(pack.Folder, PackFiles.Vision), overwrite: true);
            pack.Write();
        }, "onnx/vision_model.onnx: the input 'pixel_values' is missing; the graph has input_ids");

    [Fact]
    public void A_picture_size_that_the_graph_does_not_take_is_refused() =>
        Refused(TestPack.Towers(), pack =>
        {
            File.WriteAllText(Path.Combine(pack.Folder, PackFiles.Preprocessor), """{"do_resize":true,"size":{"shortest_edge":32},"do_normalize":false}""");
            pack.Write();
        }, "no fixed height and width");

    [Theory]
    [InlineData("name", null, "name is missing")]
    [InlineData("version", 3, "version is not a string")]
    [InlineData("context", 1, "context is 1; it must be between 2")]
    [InlineData("capabilities", "chat", "capabilities is not a list of strings")]
    [InlineData("chat", null, "chat is missing, but capabilities names chat")]
    [InlineData("files", null, "files is missing")]
    public void A_manifest_that_lacks_something_is_refused_with_the_field(string field, object? value, string named) =>
        Refused(TestPack.SmolLm2(), pack =>
        {
            pack.Manifest[field] = value switch { null => null, int number => number, _ => (string)value };
            pack.Rewrite();
        }, $"pack.json: {named}");

    [Fact]
    public void A_chat_token_that_the_tokenizer_does_not_have_is_refused() =>
        Refused(TestPack.SmolLm2(), pack =>
        {
            pack.Manifest["chat"]!["end"] = "<|nothing|>";
            pack.Rewrite();
        }, "chat.end is '<|nothing|>'");

    [Fact]
    public void A_path_that_leaves_the_folder_is_refused() =>
        Refused(TestPack.SmolLm2(), pack =>
        {
            pack.Manifest["files"]!.AsArray().Add(new JsonObject { ["path"] = "../../etc/passwd", ["sha256"] = new string('0', 64), ["bytes"] = 1 });
            pack.Rewrite();
        }, "files[2].path is '../../etc/passwd'");

    [Fact]
    public void Dimensions_that_the_graph_does_not_have_are_refused() =>
        Refused(TestPack.Towers(), pack =>
        {
            pack.Manifest["dimensions"] = 64;
            pack.Rewrite();
        }, "has 32 columns; pack.json says dimensions 64");

    private static void Refused(TestPack pack, Action<TestPack> damage, string named)
    {
        using (pack)
        {
            damage(pack);
            using var catalog = pack.Catalog();
            var error = Assert.Single(catalog.Entries).Error;
            Assert.NotNull(error);
            Assert.Equal(ErrorReason.PackInvalid, error.Reason);
            Assert.Contains(named, error.Message, StringComparison.Ordinal);
        }
    }
}
