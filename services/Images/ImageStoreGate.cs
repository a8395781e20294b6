using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Images;

/// <summary>
/// At start: a store that is set up wrongly ends it with one sentence. One that is away does not: it may be starting, too, and until then
/// the process is not ready.
/// </summary>
internal sealed class ImageStoreGate(IImageStore store, ILogger<ImageStoreGate> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var condition = await store.CheckAsync(cancellationToken);
        if (condition.State == StoreState.Misconfigured)
        {
            throw new MeshException(ErrorReason.StorageFailed, condition.Description);
        }

        if (condition.State == StoreState.Unavailable)
        {
            Log.StoreUnavailable(logger, condition.Description);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
