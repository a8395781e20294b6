using MultiModalMesh.Errors;
using MultiModalMesh.ModelHub.Hub;

namespace MultiModalMesh.ModelHub.Tests;

/// <summary>A hub, or somebody between, that means harm; and one that refuses.</summary>
public sealed class HostileHubTests : PullingTest
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Content_with_a_wrong_checksum_is_refused_and_nothing_of_it_is_kept(bool large)
    {
        var files = Decoder();
        files[large ? Graph : "tokenizer.json"] = files[large ? Graph : "tokenizer.json"] with { AnnouncedDigest = new string('a', large ? 64 : 40) };
        Hub.Commit(files);

        var failure = await Assert.ThrowsAsync<MeshException>(() => PullAsync());

        Assert.Equal(ErrorReason.HubAnswerInvalid, failure.Reason);
        Assert.Contains("checksum", failure.Message, StringComparison.Ordinal);
        Assert.Empty(VisiblePacks());
        Assert.All(Parts(), part => Assert.Equal(0, new FileInfo(part).Length));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5_000_000)]
    public async Task More_bytes_than_announced_are_refused_and_nothing_of_them_is_kept(int excess)
    {
        var files = Decoder();
        Hub.Commit(files);
        Hub.Excess = excess;

        var failure = await Assert.ThrowsAsync<MeshException>(() => PullAsync());

        Assert.Equal(ErrorReason.HubAnswerInvalid, failure.Reason);
        Assert.Contains("announced", failure.Message, StringComparison.Ordinal);
        Assert.Empty(VisiblePacks());
        Assert.All(Parts(), part => Assert.Equal(0, new FileInfo(part).Length));
    }

    [Fact]
    public async Task A_longer_file_than_announced_is_refused_before_a_byte_is_taken()
    {
        var files = Decoder();
        files[Graph] = files[Graph] with { AnnouncedBytes = 299_999 };
        Hub.Commit(files);

        var failure = await Assert.ThrowsAsync<MeshException>(() => PullAsync());

        Assert.Contains("300000", failure.Message, StringComparison.Ordinal);
        Assert.Empty(VisiblePacks());
    }

    [Theory]
    [InlineData("../outside.json")]
    [InlineData("onnx/../../outside.onnx")]
    [InlineData("/etc/outside.json")]
    [InlineData("onnx\\..\\outside.onnx")]
    [InlineData("C:/outside.json")]
    [InlineData("onnx//model.onnx")]
    [InlineData("a\0b")]
    [InlineData("")]
    public async Task A_path_that_leads_out_of_the_repository_refuses_all_of_it(string path)
    {
        var files = Decoder();
        files[path] = Text("x");
        Hub.Commit(files);

        var failure = await Assert.ThrowsAsync<MeshException>(() => PullAsync());

        Assert.Equal(ErrorReason.HubAnswerInvalid, failure.Reason);
        Assert.False(Directory.Exists(Folder.Path));
    }

    [Theory]
    [InlineData("onnx/con.onnx")]
    [InlineData("onnx/COM1.part.onnx")]
    [InlineData("onnx/a:b.onnx")]
    [InlineData("LICENSE. ")]
    [InlineData("license")]
    public async Task A_name_that_is_a_device_or_a_twin_on_some_system_is_refused(string path)
    {
        var files = Decoder();
        files["LICENSE"] = Text("MIT");
        files[path] = Text("x");
        Hub.Commit(files);

        var failure = await Assert.ThrowsAsync<MeshException>(() => PullAsync());

        Assert.Equal(ErrorReason.PackInvalid, failure.Reason);
        Assert.Empty(VisiblePacks());
    }

    [Fact]
    public async Task A_larger_pack_than_the_disk_has_room_for_is_refused_before_a_byte_is_taken()
    {
        var files = Decoder();
        files[Graph] = files[Graph] with { AnnouncedBytes = 1L << 46 };
        Hub.Commit(files);

        var failure = await Assert.ThrowsAsync<MeshException>(() => PullAsync());

        Assert.Equal(ErrorReason.StorageFailed, failure.Reason);
        Assert.Contains("70368.74 GB", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Hub.Log, seen => seen.Path.Contains("/resolve/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_token_goes_to_the_hub_and_not_to_where_it_redirects()
    {
        Hub.Commit(Decoder());

        await PullAsync(options: Options(token: "hf_secret"));

        Assert.All(Hub.Log, seen => Assert.Equal(seen.Host == "hub" ? "Bearer hf_secret" : null, seen.Authorization));
        Assert.Contains(Hub.Log, seen => seen.Host == "store");
    }

    [Fact]
    public async Task A_redirect_back_to_the_hub_does_not_bring_the_token_back()
    {
        Hub.Commit(Decoder());
        Hub.Interfere = context =>
        {
            var atStore = context.Request.Host.Port == Hub.StoreAddress.Port;
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = $"{(atStore ? Hub.Address : Hub.StoreAddress)}again";
            return Task.FromResult(true);
        };

        var failure = await Assert.ThrowsAsync<MeshException>(() => PullAsync(options: Options(token: "hf_secret")));

        Assert.Equal(ErrorReason.HubAnswerInvalid, failure.Reason);
        Assert.Equal(6, Hub.Log.Count);
        Assert.Equal("Bearer hf_secret", Assert.Single(Hub.Log, seen => seen.Authorization is not null).Authorization);
    }

    [Fact]
    public void The_token_is_kept_from_an_unencrypted_hub_beyond_this_machine()
    {
        using var plain = new HubClient(new HubOptions { Endpoint = new Uri("http://hub.example"), Token = "hf_secret" });
        using var encrypted = new HubClient(new HubOptions { Endpoint = new Uri("https://hub.example"), Token = "hf_secret" });
        using var local = new HubClient(new HubOptions { Endpoint = Hub.Address, Token = "hf_secret" });

        Assert.Equal((true, false, false), (plain.WithholdsToken, encrypted.WithholdsToken, local.WithholdsToken));
    }

    [Fact]
    public void A_token_that_cannot_be_one_is_refused_without_printing_it()
    {
        var failure = Assert.Throws<MeshException>(() => new HubClient(new HubOptions { Token = "hf_sec\nret" }));

        Assert.DoesNotContain("sec", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", new HubOptions { Token = "hf_secret" }.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404, null, null, "spelling")]
    [InlineData(404, "RevisionNotFound", null, "no revision 'main'")]
    [InlineData(401, "RepoNotFound", null, "set HF_TOKEN")]
    [InlineData(401, null, "hf_secret", "does not accept the token")]
    [InlineData(403, "GatedRepo", "hf_secret", "accept them at")]
    [InlineData(403, null, "hf_secret", "may not read")]
    [InlineData(418, null, null, "418")]
    public async Task A_refusal_says_what_to_do(int status, string? code, string? token, string expected)
    {
        Hub.Interfere = context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers["X-Error-Code"] = code;
            return Task.FromResult(true);
        };

        var failure = await Assert.ThrowsAsync<MeshException>(() => PullAsync(options: Options(token)));

        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.Contains(status == 418 ? Hub.Address.Authority : "acme/tiny", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hf_secret", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Time.Waits);
    }

    [Theory]
    [InlineData("<html>Welcome</html>")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"sha\": \"../../etc\"}")]
    [InlineData("{\"sha\": \"\\ud800\"}")]
    [InlineData("")]
    public async Task Something_that_is_no_hub_is_one_sentence(string body)
    {
        Hub.Interfere = async context =>
        {
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, body, Cancellation);
            return true;
        };

        var failure = await Assert.ThrowsAsync<MeshException>(() => PullAsync());

        Assert.Equal(ErrorReason.HubAnswerInvalid, failure.Reason);
    }

    [Fact]
    public async Task An_endless_answer_is_cut_off()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Hub.Interfere = async context =>
        {
            var blanks = new byte[1 << 16];
            Array.Fill(blanks, (byte)' ');
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(blanks, Cancellation);
            }

            ended.SetResult();
            return true;
        };

        var failure = await Assert.ThrowsAsync<MeshException>(() => PullAsync());

        Assert.Equal(ErrorReason.HubAnswerInvalid, failure.Reason);
        await ended.Task.WaitAsync(Cancellation);
    }

    private IEnumerable<string> Parts() => Directory.EnumerateFiles(Folder.Path, "*.part", SearchOption.AllDirectories);
}
