using MultiModalMesh.Errors;
using MultiModalMesh.ModelHub.Folders;
using MultiModalMesh.ModelHub.Hub;

namespace MultiModalMesh.ModelHub.Tests;

/// <summary>The folder that packs are pulled into and removed from.</summary>
public sealed class ModelFolderTests : PullingTest
{
    [Fact]
    public async Task Of_two_pulls_of_a_pack_at_once_one_is_told_to_wait()
    {
        Hub.Commit(Decoder());
        MeshException? second = null;
        var progress = CutAfter(Graph, 1000);
        Hub.BeforeCut = async _ => second = await Assert.ThrowsAsync<MeshException>(() => PullAsync());

        var first = await PullAsync(progress: progress);

        Assert.Equal(ErrorReason.PackBusy, second?.Reason);
        Assert.Equal(4, first.Source.Files.Count);
    }

    [Fact]
    public async Task A_full_disk_is_one_sentence_and_the_next_pull_goes_on()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "Only Linux has a device that is always full.");
        Hub.Commit(Decoder());
        var onnx = Directory.CreateDirectory(Path.Combine(Folder.Path, ".mesh", "tiny.pull", "onnx")).FullName;
        var plan = await PlanAsync();
        var full = Path.Combine(onnx, $"model.onnx.{plan.Selection.Files.Single(file => file.Path == Graph).Sha256![..16]}.part");
        File.CreateSymbolicLink(full, "/dev/full");

        var failure = await Assert.ThrowsAsync<MeshException>(() => PullAsync());

        Assert.Equal(ErrorReason.StorageFailed, failure.Reason);
        Assert.Contains("is full", failure.Message, StringComparison.Ordinal);
        Assert.Empty(VisiblePacks());
        Assert.Equal("tiny", Assert.Single(Folder.Unfinished()).Name);

        File.Delete(full);
        await PullAsync();

        Assert.Equal(Decoder()[Graph].Content, await File.ReadAllBytesAsync(FileOf("tiny", Graph), Cancellation));
        Assert.Equal(Decoder()["tokenizer.json"].Content.Length, Hub.BytesSent("/tokenizer.json"));
    }

    [Fact]
    public async Task A_folder_that_may_not_be_written_is_one_sentence()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            Assert.Skip("Needs a user whom file modes bind.");
            return;
        }

        Hub.Commit(Decoder());
        Directory.CreateDirectory(Folder.Path, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var failure = await Assert.ThrowsAsync<MeshException>(() => PullAsync());

        Assert.Equal(ErrorReason.StorageFailed, failure.Reason);
    }

    [Fact]
    public async Task Another_variant_leaves_nothing_of_an_unfinished_one_in_the_pack()
    {
        var files = Decoder();
        files["onnx/model_q4.onnx"] = Noise(50_000, seed: 9);
        Hub.Commit(files);
        Hub.Interfere = context =>
        {
            context.Response.StatusCode = 500;
            return Task.FromResult(context.Request.Host.Port == Hub.StoreAddress.Port);
        };
        await Assert.ThrowsAsync<MeshException>(() => PullAsync(variant: "fp32"));
        Hub.Interfere = _ => Task.FromResult(false);

        var result = await PullAsync(variant: "q4");

        Assert.Equal(["model_q4.onnx"], Directory.EnumerateFiles(Path.Combine(result.Folder, "onnx")).Select(Path.GetFileName));
        Assert.Equal(5, Directory.EnumerateFiles(result.Folder, "*", SearchOption.AllDirectories).Count());
    }

    [Fact]
    public async Task A_removed_pack_is_gone_with_what_an_unfinished_pull_of_it_left()
    {
        Hub.Commit(Decoder());
        await PullAsync();
        Directory.CreateDirectory(Path.Combine(Folder.Path, ".mesh", "tiny.pull"));

        Assert.True(Folder.Remove("tiny"));

        Assert.Empty(VisiblePacks());
        Assert.Empty(Folder.Unfinished());
        Assert.False(Folder.Remove("tiny"));
    }

    [Fact]
    public void Removing_follows_no_link()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege there.");
        var outside = Directory.CreateDirectory(Path.Combine(Folder.Path, "..", "outside")).FullName;
        var precious = Path.Combine(outside, "precious.txt");
        File.WriteAllText(precious, "x");
        Directory.CreateDirectory(Folder.PackPath("pack"));
        Directory.CreateSymbolicLink(Path.Combine(Folder.PackPath("pack"), "link"), outside);
        Directory.CreateSymbolicLink(Folder.PackPath("linked-pack"), outside);

        Assert.True(Folder.Remove("pack"));
        Assert.True(Folder.Remove("linked-pack"));

        Assert.Empty(VisiblePacks());
        Assert.True(File.Exists(precious));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData(".hidden")]
    [InlineData("nul")]
    [InlineData("C:")]
    [InlineData("")]
    public void A_name_that_is_no_folders_is_refused(string name) =>
        Assert.Equal(ErrorReason.InvalidRequest, Assert.Throws<MeshException>(() => Folder.Remove(name)).Reason);

    [Fact]
    public async Task Missing_and_changed_files_are_found()
    {
        Hub.Commit(Decoder());
        var result = await PullAsync();
        var graph = await File.ReadAllBytesAsync(FileOf("tiny", Graph), Cancellation);
        graph[1000] ^= 1;
        await File.WriteAllBytesAsync(FileOf("tiny", Graph), graph, Cancellation);
        await File.WriteAllTextAsync(FileOf("tiny", "config.json"), "{}", Cancellation);
        File.Delete(FileOf("tiny", "tokenizer.json"));

        var problems = await result.Source.CheckAsync(result.Folder, checksums: true, Cancellation);

        Assert.Equal(3, problems.Count);
        Assert.Contains(problems, problem => problem.Contains("model.onnx: has SHA-256", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("config.json: has 2 bytes", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("tokenizer.json: the file is missing", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"hub":"h","repository":"r","revision":"r","commit":"c","variant":"v","license":null,"pulledAt":"2026-01-01T00:00:00Z","files":[{"path":"../x","bytes":1,"sha256":"0"}]}""")]
    public void A_damaged_note_of_the_source_is_one_sentence(string note)
    {
        var pack = Directory.CreateDirectory(Folder.PackPath("pack")).FullName;
        File.WriteAllText(Path.Combine(pack, PackSource.FileName), note);

        Assert.Equal(ErrorReason.PackInvalid, Assert.Throws<MeshException>(() => PackSource.Find(pack)).Reason);
    }

    private async Task<PullPlan> PlanAsync()
    {
        using var client = new HubClient(Options(), Time);
        return await new PackPull(client, Time).PlanAsync(HubReference.Parse("acme/tiny"), "auto", Cancellation);
    }
}
