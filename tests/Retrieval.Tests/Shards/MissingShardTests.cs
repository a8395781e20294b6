using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.V1;
using MultiModalMesh.ServiceDefaults.Errors;
using MultiModalMesh.ServiceDefaults.Tests;
using static MultiModalMesh.Retrieval.Tests.RetrievalClient;

namespace MultiModalMesh.Retrieval.Tests.Shards;

/// <summary>A shard that is away, has lost its data or is told to be another one: said, and never answered around.</summary>
public sealed class MissingShardTests : IAsyncLifetime
{
    private const int Items = 90;
    private ShardHosts _shards = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private RetrievalClient Client => new(_shards[0].Channel);

    public async ValueTask InitializeAsync()
    {
        _shards = await ShardHosts.StartAsync(3);
        await Client.CreateAsync(2);
        await Client.UpsertAsync(Enumerable.Range(0, Items).Select(i => Item($"{i}", [1, i])));
    }

    public ValueTask DisposeAsync() => _shards.DisposeAsync();

    [Fact]
    public async Task Nothing_is_answered_without_a_shard_and_all_of_it_when_that_is_back()
    {
        await _shards.StopShardAsync(1);

        var refused = await RefusalAsync(() => Client.SearchAsync([1, 0], Items));
        Assert.Equal(ErrorReason.ShardUnavailable, refused.Reason);
        Assert.Equal(("1", "3"), (refused.Metadata["shard"], refused.Metadata["shard_count"]));
        Assert.Contains("Retrieval:Shards:Index=1", refused.Message, StringComparison.Ordinal);
        Func<Task>[] others =
        [
            async () => await Client.Raw.CountItemsAsync(new CountItemsRequest { Name = Things }, cancellationToken: Cancellation),
            async () => await Client.Raw.ListItemsAsync(new ListItemsRequest { Name = Things }, cancellationToken: Cancellation),
            async () => await Client.Raw.ListCollectionsAsync(new ListCollectionsRequest { Tenant = "default" }, cancellationToken: Cancellation),
            async () => await Client.Raw.FindUsedImagesAsync(new FindUsedImagesRequest { Tenant = "default", ImageIds = { "img_a" } }, cancellationToken: Cancellation),
            () => Client.UpsertAsync(Enumerable.Range(0, Items).Select(i => Item($"{i}", [1, i]))),
            () => Client.CreateAsync(2, new CollectionName { Tenant = "default", Collection = "another" }),
        ];
        foreach (var other in others)
        {
            Assert.Equal(ErrorReason.ShardUnavailable, (await RefusalAsync(other)).Reason);
        }

        await _shards.StartShardAsync(1);
        Assert.Equal(Enumerable.Range(0, Items), (await Client.SearchAsync([1, 0], 1000)).Select(hit => int.Parse(hit.Id)).Order());
    }

    [Fact]
    public async Task A_shard_that_comes_back_empty_is_named_and_not_filled_up_again_behind_the_owners_back()
    {
        await _shards.StopShardAsync(2);
        Directory.Delete(_shards.Folder(2), recursive: true);
        await _shards.StartShardAsync(2);

        Func<Task>[] calls =
        [
            () => Client.SearchAsync([1, 0]),
            () => new RetrievalClient(_shards[2].Channel).SearchAsync([1, 0]),
            () => Client.CreateAsync(2),
        ];
        foreach (var call in calls)
        {
            var error = await RefusalAsync(call);
            Assert.Equal((ErrorReason.StorageFailed, "2"), (error.Reason, error.Metadata["shard"]));
        }

        await Client.Raw.DeleteCollectionAsync(new DeleteCollectionRequest { Name = Things }, cancellationToken: Cancellation);
        await Client.CreateAsync(2);
        Assert.Empty(await new RetrievalClient(_shards[2].Channel).SearchAsync([1, 0]));
        Assert.Equal(ErrorReason.CollectionNotFound, (await RefusalAsync(() => Client.SearchAsync([1, 0], name: new CollectionName { Tenant = "default", Collection = "never" }))).Reason);
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(3, 2)]
    [InlineData(1, 0)]
    public async Task A_data_folder_is_refused_as_another_shard_than_it_was(int count, int index)
    {
        await _shards.StopShardAsync(1);

        var error = await Assert.ThrowsAsync<MeshException>(() => StartAloneAsync(_shards.Folder(1), count, index));

        Assert.Equal(ErrorReason.StorageFailed, error.Reason);
        Assert.Contains("holds shard 1 of 3", error.Message, StringComparison.Ordinal);
        Assert.Contains("mesh collections export", error.Message, StringComparison.Ordinal);
        await _shards.StartShardAsync(1);
        Assert.Equal(Items, (await Client.SearchAsync([1, 0], 1000)).Count);
    }

    [Fact]
    public async Task Whole_collections_are_refused_as_a_shard_but_a_folder_without_any_may_become_one()
    {
        var folder = _shards.Folder(9);
        await using (var whole = await StartAloneAsync(folder, 1, 0))
        {
            await new RetrievalClient(whole.Channel).CreateAsync(2);
        }

        var error = await Assert.ThrowsAsync<MeshException>(() => StartAloneAsync(folder, 3, 0));
        Assert.Contains("holds whole collections", error.Message, StringComparison.Ordinal);

        await using (var whole = await StartAloneAsync(folder, 1, 0))
        {
            await new RetrievalClient(whole.Channel).Raw.DeleteCollectionAsync(new DeleteCollectionRequest { Name = Things }, cancellationToken: Cancellation);
        }

        await (await StartAloneAsync(folder, 3, 0)).DisposeAsync();
        await (await StartAloneAsync(folder, 1, 0)).DisposeAsync();
    }

    [Theory]
    [InlineData("0", "0", "Retrieval:Shards:Count is '0'")]
    [InlineData("3", "3", "Retrieval:Shards:Index is '3' and Retrieval:Shards:Count '3'")]
    [InlineData("3", "-1", "Retrieval:Shards:Index is '-1'")]
    [InlineData("257", "0", "Retrieval:Shards:Count is '257'")]
    public async Task Shards_that_cannot_be_are_refused_at_start(string count, string index, string sentence)
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => RoleProcess.StartAsync(
            builder => builder.AddRetrieval(),
            app => app.MapRetrieval(),
            settings: new Dictionary<string, string?> { ["Retrieval:Shards:Count"] = count, ["Retrieval:Shards:Index"] = index }));

        Assert.Contains(error.Failures, failure => failure.StartsWith(sentence, StringComparison.Ordinal));
    }

    private static Task<RoleProcess> StartAloneAsync(string folder, int count, int index) => RoleProcess.StartAsync(
        builder => builder.AddRetrieval(),
        app => app.MapRetrieval(),
        folder,
        new Dictionary<string, string?> { ["Retrieval:Shards:Count"] = $"{count}", ["Retrieval:Shards:Index"] = $"{index}" });

    private static async Task<MeshException> RefusalAsync(Func<Task> call) => (await Assert.ThrowsAsync<RpcException>(call)).ToMeshException();
}
