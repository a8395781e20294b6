using System.Security.Cryptography;
using System.Text.Json.Nodes;
using MultiModalMesh.Errors;
using MultiModalMesh.ModelHub.Folders;
using MultiModalMesh.ModelHub.Hub;

namespace MultiModalMesh.ModelHub.Tests;

/// <summary>A pull against a hub that behaves.</summary>
public sealed class PullTests : PullingTest
{
    [Fact]
    public async Task A_pull_brings_what_the_pack_needs_and_says_where_it_is_from()
    {
        var files = Decoder();
        files["pytorch_model.bin"] = Noise(1000);
        var commit = Hub.Commit(files);

        var result = await PullAsync();

        Assert.Equal(Path.Combine(Folder.Path, "tiny"), result.Folder);
        Assert.Equal(files[Graph].Content, await File.ReadAllBytesAsync(FileOf("tiny", Graph), Cancellation));
        Assert.False(File.Exists(FileOf("tiny", "pytorch_model.bin")));
        var source = PackSource.Find(result.Folder)!;
        Assert.Equal(
            ("acme/tiny", "main", commit, "apache-2.0", Time.GetUtcNow()),
            (source.Repository, source.Revision, source.Commit, source.License, source.PulledAt));
        Assert.Equal(["README.md", "config.json", Graph, "tokenizer.json"], source.Files.Select(file => file.Path).Order(StringComparer.Ordinal));
        Assert.All(source.Files, file => Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(files[file.Path].Content)), file.Sha256));
        Assert.Empty(Folder.Unfinished());
    }

    [Fact]
    public async Task Files_come_from_the_commit_that_the_revision_was_at_the_start()
    {
        var first = Hub.Commit(Decoder(seed: 1));
        using var client = new HubClient(Options(), Time);
        var pull = new PackPull(client, Time);
        var plan = await pull.PlanAsync(HubReference.Parse("acme/tiny"), "auto", Cancellation);
        Hub.Commit(Decoder(seed: 2));

        var result = await pull.RunAsync(plan, Folder, null, null, Cancellation);

        Assert.Equal(first, result.Source.Commit);
        Assert.Equal(Decoder(seed: 1)[Graph].Content, await File.ReadAllBytesAsync(FileOf("tiny", Graph), Cancellation));
        Assert.Single(Hub.Log, seen => seen.Path.Contains("/revision/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("v1.0")]
    [InlineData("refs/pr/7")]
    public async Task A_revision_may_be_a_tag_or_a_pull_request(string revision)
    {
        Hub.Branches[revision] = Hub.Commit(Decoder(seed: 1));
        Hub.Commit(Decoder(seed: 2));

        var result = await PullAsync($"acme/tiny@{revision}");

        Assert.Equal(Hub.Branches[revision], result.Source.Commit);
    }

    [Fact]
    public async Task A_list_in_several_pages_is_read_to_its_end()
    {
        Hub.PageSize = 1;
        Hub.Commit(Decoder());

        Assert.Equal(4, (await PullAsync()).Source.Files.Count);
    }

    [Fact]
    public async Task A_second_pull_of_the_same_commit_downloads_nothing()
    {
        Hub.Commit(Decoder());
        await PullAsync();
        var sent = Hub.BytesSent(Graph);

        var again = await PullAsync();

        Assert.True(again.AlreadyThere);
        Assert.Equal(sent, Hub.BytesSent(Graph));
    }

    [Fact]
    public async Task A_pull_of_a_damaged_pack_repairs_it()
    {
        Hub.Commit(Decoder());
        await PullAsync();
        await File.WriteAllTextAsync(FileOf("tiny", Graph), "damaged", Cancellation);

        Assert.False((await PullAsync()).AlreadyThere);
        Assert.Equal(Decoder()[Graph].Content, await File.ReadAllBytesAsync(FileOf("tiny", Graph), Cancellation));
    }

    [Fact]
    public async Task A_newer_commit_replaces_the_pack_as_a_whole()
    {
        var old = Decoder();
        old["generation_config.json"] = Text("{}");
        Hub.Commit(old);
        await PullAsync();
        var newer = Hub.Commit(Decoder(seed: 2));

        var result = await PullAsync();

        Assert.Equal(newer, PackSource.Find(result.Folder)!.Commit);
        Assert.Equal(Decoder(seed: 2)[Graph].Content, await File.ReadAllBytesAsync(FileOf("tiny", Graph), Cancellation));
        Assert.False(File.Exists(FileOf("tiny", "generation_config.json")));
        Assert.Equal(["tiny"], VisiblePacks());
    }

    [Fact]
    public async Task Another_models_pack_of_the_same_name_is_left_alone()
    {
        Hub.Commit(Decoder());
        await PullAsync("acme/tiny");

        var failure = await Assert.ThrowsAsync<MeshException>(() => PullAsync("other/tiny"));

        Assert.Equal(ErrorReason.PackExists, failure.Reason);
        Assert.Contains("--name", failure.Message, StringComparison.Ordinal);
        Assert.Equal("acme/tiny", PackSource.Find(Path.Combine(Folder.Path, "tiny"))!.Repository);
        Assert.Equal("other/tiny", (await PullAsync("other/tiny", name: "tiny-2")).Source.Repository);
    }

    [Fact]
    public async Task A_folder_that_was_made_by_hand_is_left_alone()
    {
        Hub.Commit(Decoder());
        Directory.CreateDirectory(Path.Combine(Folder.Path, "tiny"));

        var failure = await Assert.ThrowsAsync<MeshException>(() => PullAsync());

        Assert.Equal(ErrorReason.PackExists, failure.Reason);
    }

    [Fact]
    public async Task A_repository_with_a_manifest_gives_what_the_manifest_lists()
    {
        var files = Decoder();
        files["weights/special.onnx"] = Noise(2000);
        files["pack.json"] = Text(new JsonObject
        {
            ["files"] = new JsonArray(new JsonObject { ["path"] = "weights/special.onnx" }, new JsonObject { ["path"] = "tokenizer.json" }),
        }.ToJsonString());
        Hub.Commit(files);

        var result = await PullAsync();

        Assert.Equal(
            ["README.md", "config.json", "pack.json", "tokenizer.json", "weights/special.onnx"],
            result.Source.Files.Select(file => file.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Progress_ends_with_all_bytes_of_every_file()
    {
        Hub.Commit(Decoder());
        var progress = new LastProgress();

        var result = await PullAsync(progress: progress);

        Assert.Equal(result.Source.Files.ToDictionary(file => file.Path, file => file.Bytes), progress.Last);
    }

    private sealed class LastProgress : IProgress<PullProgress>
    {
        public Dictionary<string, long> Last { get; } = [];

        public void Report(PullProgress value) => Last[value.File.Path] = value.BytesDone;
    }
}
