using System.Text;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Packs;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Packs;

/// <summary>Whatever stands in a pack's own file: it is a pack, or it is refused as one with the file's path.</summary>
public sealed class HostileManifestTests : IDisposable
{
    private const string Syntax = "{}[]\",:0-9eE.\\nt ";

    private readonly TestPack _pack = TestPack.SmolLm2();

    private string File => Path.Combine(_pack.Folder, PackFiles.Manifest);

    [Fact]
    public void Changed_bytes_are_understood_or_refused_with_the_path()
    {
        var whole = System.IO.File.ReadAllBytes(File);
        var random = new Random(11);
        var refused = 0;
        for (var round = 0; round < 400; round++)
        {
            var bytes = whole.ToArray();
            for (var i = random.Next(1, 4); i > 0; i--)
            {
                bytes[random.Next(bytes.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : (byte)Syntax[random.Next(Syntax.Length)];
            }

            refused += IsRefused(round % 5 == 0 ? bytes[..random.Next(bytes.Length)] : bytes) ? 1 : 0;
        }

        Assert.InRange(refused, 100, 400);
    }

    [Fact]
    public void A_field_of_any_type_is_understood_or_refused_with_the_path()
    {
        string[] values = ["null", "true", "0", "-1", "1e308", "1e999", "99999999999999999999999", "0.5", "\"\"", "\"text\"", "\"\\ud800\"", "[]", "[[]]", "[null]", "{}", "{\"a\":{}}"];
        foreach (var field in _pack.Manifest.Select(entry => entry.Key).Concat(["dimensions", "skills", "max_images", "image_tokens", "text_context", "max_new_tokens", "description"]).ToList())
        {
            foreach (var value in values)
            {
                var json = _pack.Manifest.DeepClone().AsObject();
                json[field] = "\u0001";
                IsRefused(Encoding.UTF8.GetBytes(json.ToJsonString().Replace("\"\\u0001\"", value, StringComparison.Ordinal)));
            }
        }
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("onnx/../../outside.bin")]
    [InlineData("..\\\\outside.bin")]
    [InlineData("./pack.json")]
    [InlineData("a//b")]
    [InlineData("nul\\u0000byte")]
    [InlineData("")]
    public void A_path_out_of_the_folder_is_refused(string path)
    {
        var files = $$"""[{"path":"{{path}}","sha256":"{{new string('0', 64)}}","bytes":1}]""";
        var json = _pack.Manifest.DeepClone().AsObject();
        json["files"] = "FILES";

        var error = Refusal(Encoding.UTF8.GetBytes(json.ToJsonString().Replace("\"FILES\"", files, StringComparison.Ordinal)));

        Assert.NotNull(error);
        Assert.Contains("files[0].path", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Depth_and_length_without_end_are_refused_in_bounded_memory()
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);

        Assert.True(IsRefused(Encoding.UTF8.GetBytes($"{{\"name\":{new string('[', 1_000_000)}")));
        Assert.True(IsRefused(Encoding.UTF8.GetBytes($"{new string('{', 100_000)}")));
        Assert.True(IsRefused(Encoding.UTF8.GetBytes($"{{\"name\":\"{new string('a', 5_000_000)}\"}}")));
        Assert.True(IsRefused(Encoding.UTF8.GetBytes($"{{\"context\":{new string('9', 1_000_000)}}}")));
        Assert.True(IsRefused(Encoding.UTF8.GetBytes($"{{\"name\":\"a\",\"capabilities\":[\"{new string('a', 1_000_000)}\"]}}")));
        Assert.True(IsRefused(Encoding.UTF8.GetBytes($"{{\"name\":\"a\",\"version\":\"1\",\"license\":\"\",\"capabilities\":[{string.Join(',', Enumerable.Repeat("\"text-embedding\"", 100_000))}]}}")));
        Assert.True(GC.GetTotalAllocatedBytes(precise: true) - before < 256 << 20);
    }

    public void Dispose() => _pack.Dispose();

    private bool IsRefused(byte[] manifest) => Refusal(manifest) is not null;

    private MeshException? Refusal(byte[] manifest)
    {
        System.IO.File.WriteAllBytes(File, manifest);
        try
        {
            ModelPack.Load(_pack.Folder, verifyChecksums: false);
            return null;
        }
        catch (MeshException e)
        {
            Assert.Equal(ErrorReason.PackInvalid, e.Reason);
            Assert.Contains(_pack.Folder, e.Message, StringComparison.Ordinal);
            Assert.True(e.Message.Length < 4096, $"The message has {e.Message.Length} characters.");
            return e;
        }
    }
}
