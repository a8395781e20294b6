using Amazon.Runtime;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Images.S3;

namespace MultiModalMesh.Images.Tests.S3;

public sealed class S3ImageStoreTests : ImageStoreContract, IAsyncLifetime
{
    private readonly List<S3ImageStore> _opened = [];
    private LocalS3 _server = null!;

    protected override string Place => $"'{LocalS3.Bucket}' at {_server.Address}";

    public async ValueTask InitializeAsync() => _server = await LocalS3.StartAsync();

    [Fact]
    public async Task Keys_have_the_prefix_and_the_tenant_before_the_id()
    {
        await Open(s3 => s3.Prefix = "mesh/blue").PutAsync("ours", Abc.AsMemory(), Cancellation);

        Assert.Equal($"mesh/blue/ours/ba/{AbcId}", Assert.Single(Held()));
    }

    [Fact]
    public async Task What_is_there_is_not_sent_again()
    {
        var store = Open();
        await store.PutAsync("default", Abc.AsMemory(), Cancellation);
        await store.PutAsync("default", Abc.AsMemory(), Cancellation);

        Assert.Single(_server.Requests, request => request.StartsWith("PUT", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Fault.SlowDown)]
    [InlineData(Fault.Cut)]
    [InlineData(Fault.CutMidway)]
    public async Task A_server_that_stumbles_once_in_every_call_is_asked_again(object fault)
    {
        var store = Open();
        HashSet<string> stumbled = [];
        _server.Misbehave = (_, request) => stumbled.Add($"{request.Method} {request.Path}") ? (Fault)fault : Fault.None;

        await store.PutAsync("default", Abc.AsMemory(), Cancellation);

        Assert.Equal(Abc, await store.ReadAsync("default", AbcId, Cancellation));
        Assert.True(await store.DeleteAsync("default", AbcId, Cancellation));
        Assert.Empty(Held());
    }

    [Theory]
    [InlineData(Fault.SlowDown, "SlowDown")]
    [InlineData(Fault.Cut, "cannot be reached")]
    public async Task A_server_that_goes_on_failing_is_given_up_after_a_few_attempts(object fault, string reason)
    {
        var store = Open();
        _server.Misbehave = (_, _) => (Fault)fault;

        var error = await Assert.ThrowsAsync<MeshException>(() => store.ReadAsync("default", AbcId, Cancellation));

        Assert.Equal(ErrorReason.StorageFailed, error.Reason);

        // Below the client, HttpClient itself sends a GET a few times more when a connection is cut before the answer.
        Assert.InRange(_server.Requests.Count, S3ImageStore.MaxAttempts, 4 * S3ImageStore.MaxAttempts);
        var condition = await store.CheckAsync(Cancellation);
        Assert.Equal(StoreState.Unavailable, condition.State);

        // On a busy machine its patience may end before its attempts do.
        Assert.True(
            condition.Description.Contains(reason, StringComparison.Ordinal) || condition.Description.Contains("gave no answer", StringComparison.Ordinal), condition.Description);
    }

    [Fact]
    public async Task A_download_that_always_breaks_off_is_given_up()
    {
        var store = Open();
        await store.PutAsync("default", Abc.AsMemory(), Cancellation);
        _server.Misbehave = (_, _) => Fault.CutMidway;

        var error = await Assert.ThrowsAsync<MeshException>(() => store.ReadAsync("default", AbcId, Cancellation));

        Assert.Equal(ErrorReason.StorageFailed, error.Reason);
    }

    [Fact]
    public async Task A_server_that_says_nothing_holds_nobody_up_for_longer_than_the_timeout()
    {
        var store = Open(s3 => s3.Timeout = TimeSpan.FromMilliseconds(300));
        _server.Misbehave = (_, _) => Fault.Stuck;

        var error = await Assert.ThrowsAsync<MeshException>(() => store.PutAsync("default", Abc.AsMemory(), Cancellation).WaitAsync(TimeSpan.FromSeconds(30), Cancellation));

        Assert.Equal(ErrorReason.StorageFailed, error.Reason);
    }

    [Fact]
    public async Task Who_stops_waiting_gets_a_cancellation_and_no_failure()
    {
        var store = Open();
        using var stop = new CancellationTokenSource();
        _server.Misbehave = (_, _) =>
        {
            stop.Cancel();
            return Fault.Stuck;
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.ReadAsync("default", AbcId, stop.Token));
    }

    [Fact]
    public async Task A_bucket_that_is_not_there_is_named_and_told_apart_from_a_picture_that_is_not_there()
    {
        var store = Open(s3 => s3.Bucket = "missing");

        var condition = await store.CheckAsync(Cancellation);
        var error = await Assert.ThrowsAsync<MeshException>(() => store.ReadAsync("default", AbcId, Cancellation));

        Assert.Equal(
            new StoreCondition(StoreState.Misconfigured, $"There is no bucket 'missing' at {_server.Address}; make it, or set Images:S3:Bucket to one that is there."),
            condition);
        Assert.Equal(ErrorReason.StorageFailed, error.Reason);
    }

    [Theory]
    [InlineData("somebody-else", LocalS3.SecretKey, "InvalidAccessKeyId")]
    [InlineData(LocalS3.AccessKey, "wrong", "SignatureDoesNotMatch")]
    public async Task Credentials_that_are_refused_are_told_with_the_servers_reason(string accessKey, string secretKey, string code)
    {
        var condition = await Open(_ => { }, accessKey, secretKey).CheckAsync(Cancellation);

        Assert.Equal(StoreState.Misconfigured, condition.State);
        Assert.Contains(code, condition.Description, StringComparison.Ordinal);
        Assert.Contains("AWS_ACCESS_KEY_ID", condition.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_away_is_told_and_used_when_it_is_back()
    {
        var store = Open();
        var address = _server.Address;
        await _server.DisposeAsync();

        var away = await store.CheckAsync(Cancellation);
        _server = await LocalS3.StartAsync(address);
        var back = await store.CheckAsync(Cancellation);

        Assert.Equal(StoreState.Unavailable, away.State);
        Assert.Contains(address, away.Description, StringComparison.Ordinal);
        Assert.Equal(StoreState.Ready, back.State);
    }

    public async ValueTask DisposeAsync()
    {
        _opened.ForEach(store => store.Dispose());
        await _server.DisposeAsync();
    }

    protected override IImageStore Open(int maxBytes = 2 << 20) => Open(_ => { }, maxBytes: maxBytes);

    protected override IReadOnlyList<string> Held() => [.. _server.Objects.Keys];

    protected override void Change(string name, ReadOnlySpan<byte> content) => _server.Objects[name] = content.ToArray();

    private S3ImageStore Open(Action<S3StoreOptions> change, string accessKey = LocalS3.AccessKey, string secretKey = LocalS3.SecretKey, int maxBytes = 2 << 20)
    {
        var s3 = new S3StoreOptions { Endpoint = _server.Address, Bucket = LocalS3.Bucket };
        change(s3);
        var store = new S3ImageStore(
            S3Client.Create(s3, new BasicAWSCredentials(accessKey, secretKey)),
            Options.Create(new ImageStoreOptions { Store = ImageStoreOptions.S3Store, MaxBytes = maxBytes, S3 = s3 }),
            TimeProvider.System,
            NullLogger<S3ImageStore>.Instance);
        _opened.Add(store);
        return store;
    }
}
