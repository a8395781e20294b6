using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Dialogues;

namespace MultiModalMesh.Grains.Jobs;

/// <summary>Scatters a job's items over the workers and gathers what becomes of them. Knows nothing of grains or storage, and runs beside them.</summary>
internal sealed class JobWork(
    JobItemRunner runner, ItemSlots slots, DecoderPlaces places, JobInstruments instruments, IOptions<JobOptions> options, TimeProvider time, ILogger<JobWork> logger)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);

    /// <summary>Works until every item has a result.</summary>
    /// <param name="order">What is to be done.</param>
    /// <param name="results">Gets them as they come, and is completed in the end, whatever the end is. Where it is full, the work waits.</param>
    /// <param name="cancellationToken">Ends the work; items that had been begun have no result.</param>
    public async Task RunAsync(JobOrder order, ChannelWriter<ResultRecord> results, CancellationToken cancellationToken)
    {
        using var looking = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var looks = Task.CompletedTask;
        instruments.JobBegan();
        try
        {
            await LookForPlacesAsync(order.Job.Options.Model);
            looks = KeepLookingAsync(order.Job.Options.Model, looking.Token);
            var loops = Enumerable.Range(0, Math.Min(order.Pending.Count, options.Value.MaxItemsAtOnce)).Select(_ => WorkAsync(order, results, cancellationToken));
            await Task.WhenAll(loops);
        }
        finally
        {
            results.TryComplete();
            instruments.JobRests();
            await looking.CancelAsync();
            await looks;
        }
    }

    private async Task WorkAsync(JobOrder order, ChannelWriter<ResultRecord> results, CancellationToken cancellationToken)
    {
        while (order.TryTakeNext(out var index))
        {
            await results.WriteAsync(await RunAsync(order, index, cancellationToken), cancellationToken);
        }
    }

    /// <summary>One item until it has a result: what passes is waited for, what does not is the item's failure.</summary>
    private async Task<ResultRecord> RunAsync(JobOrder order, int index, CancellationToken cancellationToken)
    {
        var (delay, began) = (FirstDelay, time.GetTimestamp());
        while (true)
        {
            MeshException error;
            using (var slot = await slots.AcquireAsync(order.Job.Options.Model, order.Key.Tenant, cancellationToken))
            {
                var (result, failure) = await TryAsync(order, index, cancellationToken);
                if (result is not null)
                {
                    slot.Taken();
                    return result;
                }

                error = failure!;
                if (!Passes(error) || time.GetElapsedTime(began) >= options.Value.WorkerWait)
                {
                    return new ResultRecord(index, null, new TurnError(error.Reason.Code, error.Message), null, null);
                }

                slot.Refused();
            }

            instruments.Refused(error.Reason.Code);
            Log.ItemWaits(logger, index, order.Key.ToString(), error.Reason.Code, error.Message);
            await Task.Delay(error.RetryAfter is { } asked && asked > delay && asked < LongestDelay ? asked : delay, time, cancellationToken);
            delay = delay < LongestDelay / 2 ? delay * 2 : LongestDelay;
        }
    }

    private async Task<(ResultRecord? Result, MeshException? Failure)> TryAsync(JobOrder order, int index, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.Value.ItemTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        using var item = instruments.Begin(order.Key, order.Job.Skill, index);
        order.Began();
        MeshException failure;
        try
        {
            return (await runner.RunAsync(order.Key, order.Job, order.Items[index], index, either.Token), null);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            failure = new MeshException(ErrorReason.DeadlineExceeded, $"The item took longer than {options.Value.ItemTimeout}.");
        }
        catch (MeshException e)
        {
            failure = e;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Log.ItemBroke(logger, e, index, order.Key.ToString());
            failure = new MeshException(ErrorReason.PeerFailed, "The item failed for a reason of ours; the log has it.");
        }
        finally
        {
            order.Ended();
        }

        cancellationToken.ThrowIfCancellationRequested();
        item.Failed(failure.Reason.Code);
        return (null, failure);
    }

    private async Task KeepLookingAsync(string model, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(BetweenLooks, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await LookForPlacesAsync(model);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task LookForPlacesAsync(string model)
    {
        try
        {
            slots.Resize(model, await places.CountAsync(model));
        }
        catch (Exception e) when (e is Orleans.Runtime.OrleansException or TimeoutException)
        {
            // As many as before: those who look again in a moment may know more.
            Log.CannotCountPlaces(logger, e.Message);
        }
    }

    private static bool Passes(MeshException error) =>
        error.Reason == ErrorReason.NoWorker || error.Reason == ErrorReason.PeerUnavailable || error.Reason == ErrorReason.Overloaded;
}
