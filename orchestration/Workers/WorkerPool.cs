using System.Runtime.CompilerServices;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.ServiceDefaults.Errors;
using MultiModalMesh.Workers.Calls;

namespace MultiModalMesh.Workers;

/// <summary>Finds a worker for a piece of work and calls it; one that cannot be reached or has no room is replaced by another.</summary>
/// <remarks>
/// Everything that fails comes out as a <see cref="MeshException"/>: NO_WORKER, MODEL_NOT_FOUND and OVERLOADED from the router, the
/// worker's own reasons, PEER_UNAVAILABLE if no worker could be reached. A cancelled caller gets an <see cref="OperationCanceledException"/>.
/// </remarks>
public sealed class WorkerPool
{
    /// <summary>Workers that are tried for one call.</summary>
    public const int MaxAttempts = 3;

    private readonly IGrainFactory _grains;
    private readonly WorkerChannels _channels;
    private readonly Hedging _hedging;
    private readonly ILogger<WorkerPool> _logger;

    internal WorkerPool(IGrainFactory grains, WorkerChannels channels, Hedging hedging, ILogger<WorkerPool> logger)
    {
        _grains = grains;
        _channels = channels;
        _hedging = hedging;
        _logger = logger;
    }

    /// <summary>
    /// Routes and calls. <paramref name="call"/> runs again, on another worker, if the first one was unavailable: it must be repeatable. An encoder
    /// that takes unusually long is not waited for alone: then it runs twice at once, so it must not share what it writes to.
    /// </summary>
    public async Task<TResult> CallAsync<TResult>(
        RouteRequest request, Func<WorkerLease, GrpcChannel, CancellationToken, Task<TResult>> call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(call);
        var search = new Search(this, request);
        while (true)
        {
            var lease = await search.NextAsync(cancellationToken);
            try
            {
                return Capabilities.IsEncoding(request.Capability)
                    ? await _hedging.CallAsync(request.Capability, token => CallAsync(lease, call, token), token => AnotherAsync(lease, token), cancellationToken)
                    : await CallAsync(lease, call, cancellationToken);
            }
            catch (Exception e) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(null, e, cancellationToken);
            }
            catch (Exception e) when (ToMeshException(e) is { } error)
            {
                search.FailedOn(lease, error);
            }
        }

        async Task<Func<CancellationToken, Task<TResult>>?> AnotherAsync(WorkerLease slow, CancellationToken token)
        {
            try
            {
                // Of the same pack: what two models make of the same input cannot stand side by side.
                var lease = await RouteAsync(request with { Model = slow.Model, Avoid = [.. request.Avoid, slow.WorkerId] }, token);
                return second => CallAsync(lease, call, second);
            }
            catch (MeshException)
            {
                return null;
            }
        }
    }

    /// <summary>
    /// Routes and streams. Another worker is tried as long as nothing was received; a stream that breaks later throws PEER_UNAVAILABLE,
    /// because only the caller knows how to go on (<see cref="Generation.GenerateAsync"/> does for decoders).
    /// </summary>
    public async IAsyncEnumerable<TResponse> StreamAsync<TResponse>(
        RouteRequest request,
        Func<WorkerLease, GrpcChannel, CancellationToken, IAsyncEnumerable<TResponse>> call,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(call);
        var search = new Search(this, request);
        var received = false;
        while (true)
        {
            var lease = await search.NextAsync(cancellationToken);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await using var responses = call(lease, _channels.To(lease.Endpoint), ending.Token).GetAsyncEnumerator(ending.Token);
            try
            {
                while (true)
                {
                    try
                    {
                        if (!await responses.MoveNextAsync())
                        {
                            TellSuccess(lease);
                            yield break;
                        }
                    }
                    catch (Exception e) when (cancellationToken.IsCancellationRequested)
                    {
                        throw new OperationCanceledException(null, e, cancellationToken);
                    }
                    catch (Exception e) when (ToMeshException(e) is { } error)
                    {
                        TellFailure(lease, error);
                        if (received)
                        {
                            throw error;
                        }

                        search.FailedOn(lease, error);
                        break;
                    }

                    received = true;
                    yield return responses.Current;
                }
            }
            finally
            {
                // A reader that leaves early ends the call on the wire, too.
                await ending.CancelAsync();
            }
        }
    }

    /// <summary>The worker that the router would choose now.</summary>
    public async Task<WorkerLease> RouteAsync(RouteRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await _grains.GetGrain<ISkillRouterGrain>(0).RouteAsync(request).WaitAsync(cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException && GrainErrors.ToMeshException(e) is { } error)
        {
            throw error;
        }
    }

    private async Task<TResult> CallAsync<TResult>(
        WorkerLease lease, Func<WorkerLease, GrpcChannel, CancellationToken, Task<TResult>> call, CancellationToken cancellationToken)
    {
        try
        {
            var result = await call(lease, _channels.To(lease.Endpoint), cancellationToken);
            TellSuccess(lease);
            return result;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && ToMeshException(e) is { } error)
        {
            TellFailure(lease, error);
            throw;
        }
    }

    private void TellSuccess(WorkerLease lease)
    {
        if (lease.IsSuspect)
        {
            Tell(lease, succeeded: true);
        }
    }

    private void TellFailure(WorkerLease lease, MeshException error)
    {
        // What it refuses it has understood: then it is well.
        if (error.Reason == ErrorReason.PeerUnavailable || error.Reason == ErrorReason.DeadlineExceeded)
        {
            Tell(lease, succeeded: false);
        }
        else
        {
            TellSuccess(lease);
        }
    }

    // One-way: nobody waits for it, and where it gets lost the next one tells the same.
    private void Tell(WorkerLease lease, bool succeeded) => _grains.GetGrain<ISkillRouterGrain>(0).TellAsync(lease.WorkerId, succeeded).Ignore();

    private static MeshException? ToMeshException(Exception error) => error switch
    {
        RpcException rpc => rpc.ToMeshException(),
        MeshException known => known,
        _ => null,
    };

    private static bool IsWorthAnotherWorker(MeshException error) => error.Reason == ErrorReason.PeerUnavailable || error.Reason == ErrorReason.Overloaded;

    /// <summary>The search for a worker of one call: who failed it so far, and with what.</summary>
    private sealed class Search(WorkerPool pool, RouteRequest request)
    {
        private readonly List<string> _avoid = [.. request.Avoid];
        private MeshException? _last;
        private int _attempts;

        public async Task<WorkerLease> NextAsync(CancellationToken cancellationToken)
        {
            try
            {
                return await pool.RouteAsync(request with { Avoid = [.. _avoid] }, cancellationToken);
            }
            catch (MeshException) when (_last is not null)
            {
                // Nobody is left: what the last one said tells more than that.
                throw _last;
            }
        }

        public void FailedOn(WorkerLease lease, MeshException error)
        {
            if (!IsWorthAnotherWorker(error) || ++_attempts >= MaxAttempts)
            {
                throw error;
            }

            _last = error;
            _avoid.Add(lease.WorkerId);
            Log.WorkerAvoided(pool._logger, lease.WorkerId, lease.Endpoint, request.Capability, error.Message);
        }
    }
}
