using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Storage;
using MultiModalMesh.Workers.Stores;

namespace MultiModalMesh.Grains.Tests.Storage;

/// <summary>Which settings of cluster and dialogues go together.</summary>
public sealed class StorageOptionsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("redis", "127.0.0.1:1", "sqlite", "", "Dialogues:Storage is 'sqlite', a file that one silo has, but Cluster:Provider is 'redis'")]
    [InlineData("postgresql", "Host=h", "redis", "", "Dialogues:ConnectionString is missing")]
    [InlineData("localhost", "", "postgresql", "", "Dialogues:ConnectionString is missing")]
    [InlineData("localhost", "", "files", "", "Dialogues:Storage is 'files'")]
    public async Task Settings_that_cannot_work_together_are_refused(string provider, string connection, string storage, string storageConnection, string expected)
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => InspectAsync(provider, connection, storage, storageConnection));

        Assert.Contains(expected, Assert.Single(error.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_machine_needs_no_server() => Assert.Empty(await InspectAsync("localhost", "", "", ""));

    [Fact]
    public async Task A_server_that_is_not_there_is_a_sentence_with_its_address()
    {
        var error = await Assert.ThrowsAsync<MeshException>(() => InspectAsync("redis", "127.0.0.1:1,connectTimeout=500,password=hidden", "", ""));

        Assert.Equal(ErrorReason.StorageFailed, error.Reason);
        Assert.Contains("127.0.0.1:1", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_process_with_the_silo_role_on_the_same_folder_does_not_start()
    {
        await using var first = await TestMesh.StartAsync();

        var error = await Assert.ThrowsAsync<MeshException>(() => TestMesh.StartAsync(folder: first.Folder));

        Assert.Contains("another process with the silo role", error.Message, StringComparison.Ordinal);
    }

    private static Task<IReadOnlyDictionary<string, StoreReport>> InspectAsync(string provider, string connection, string storage, string storageConnection)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Cluster:Provider"] = provider,
            ["Cluster:ConnectionString"] = connection,
            ["Dialogues:Storage"] = storage,
            ["Dialogues:ConnectionString"] = storageConnection,
        };
        return ClusterStores.InspectAsync(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), make: false, Cancellation);
    }
}
