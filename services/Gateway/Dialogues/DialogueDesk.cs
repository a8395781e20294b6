using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Gateway.Authentication;
using MultiModalMesh.Gateway.Images;
using MultiModalMesh.Grains.Dialogues;

namespace MultiModalMesh.Gateway.Dialogues;

/// <summary>A caller's dialogues: what the HTTP and the gRPC edge both stand on.</summary>
internal sealed class DialogueDesk(
    IGrainFactory grains, ImageLibrary images, IOptions<GatewayOptions> options, TimeProvider time, ILogger<DialogueDesk> logger)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(2);

    // A reader that hears nothing asks again from where it is: its silo may have died, which a client of the cluster is not told.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);

    /// <summary>Adds a turn; it is on disk when this returns.</summary>
    /// <param name="caller">Whose dialogue it is.</param>
    /// <param name="dialogueId">A new dialogue begins with its first turn.</param>
    /// <param name="command">Its pictures may be ids or data URLs; the latter are stored here.</param>
    /// <param name="cancellationToken">The turn may be stored although the caller stopped waiting.</param>
    public async Task<TurnView> PostTurnAsync(Caller caller, string dialogueId, PostTurnCommand command, CancellationToken cancellationToken)
    {
        DialogueLimits.CheckDialogueId(dialogueId);
        DialogueLimits.Check(command);
        var ids = new List<string>(command.ImageIds.Count);
        for (var i = 0; i < command.ImageIds.Count; i++)
        {
            ids.Add(await images.ResolveAsync(caller, command.ImageIds[i], $"images[{i}]", cancellationToken));
        }

        var stored = command with { ImageIds = ids };
        return await CallAsync(caller, dialogueId, grain => grain.PostTurnAsync(stored), cancellationToken);
    }

    /// <exception cref="MeshException">TurnNotFound.</exception>
    public async Task<TurnView> GetTurnAsync(Caller caller, string dialogueId, string turnId, CancellationToken cancellationToken)
    {
        DialogueLimits.CheckDialogueId(dialogueId);
        var dialogue = await CallAsync(caller, dialogueId, grain => grain.GetAsync(), cancellationToken);
        return dialogue?.Turns.FirstOrDefault(turn => turn.TurnId == turnId)
            ?? throw new MeshException(ErrorReason.TurnNotFound, $"There is no turn '{turnId}' in the dialogue '{dialogueId}'.");
    }

    /// <summary>The turn's events behind a number, to its end; a silo that goes away meanwhile is not seen by the reader.</summary>
    public async IAsyncEnumerable<TurnEvent> WatchTurnAsync(
        Caller caller, string dialogueId, string turnId, int afterSequence, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        DialogueLimits.CheckDialogueId(dialogueId);
        var last = afterSequence;
        var delay = FirstRetry;
        long? goneSince = null;
        while (true)
        {
            await using var subscription = new Subscription(Grain(caller, dialogueId), turnId, last, cancellationToken);
            while (true)
            {
                TurnEvent? current;
                try
                {
                    if (!await subscription.MovesAsync(Silence, time))
                    {
                        break;
                    }

                    current = subscription.Current;
                }
                catch (DialogueException error) when (!GrainErrors.IsSiloGone(error))
                {
                    throw GrainErrors.ToMeshException(error);
                }
                catch (Exception error) when (GrainErrors.IsSiloGone(error))
                {
                    goneSince ??= time.GetTimestamp();
                    if (time.GetElapsedTime(goneSince.Value) >= options.Value.ReconnectTimeout)
                    {
                        throw GrainErrors.SiloGone(error);
                    }

                    Log.Resubscribing(logger, dialogueId, turnId, last, error.Message);
                    await Task.Delay(delay, time, cancellationToken);
                    delay = TimeSpan.FromTicks(Math.Min(delay.Ticks * 2, LongestRetry.Ticks));
                    break;
                }

                (goneSince, delay) = (null, FirstRetry);
                if (current is null)
                {
                    // Nothing behind the number: a reader that has seen the end asks again (an EventSource does), or the turn is gone.
                    var turn = await GetTurnAsync(caller, dialogueId, turnId, cancellationToken);
                    if (turn.State is TurnState.Pending or TurnState.Running)
                    {
                        await Task.Delay(FirstRetry, time, cancellationToken);
                        break;
                    }

                    yield return new TurnEvent { Sequence = last, Ended = turn };
                    yield break;
                }

                if (current.Sequence <= last)
                {
                    continue;
                }

                last = current.Sequence;
                yield return current;
                if (current.Ended is not null)
                {
                    yield break;
                }
            }
        }
    }

    public async Task<TurnView> CancelTurnAsync(Caller caller, string dialogueId, string turnId, CancellationToken cancellationToken)
    {
        DialogueLimits.CheckDialogueId(dialogueId);
        return await CallAsync(caller, dialogueId, grain => grain.CancelTurnAsync(turnId), cancellationToken);
    }

    /// <exception cref="MeshException">DialogueNotFound.</exception>
    public async Task<DialogueView> GetAsync(Caller caller, string dialogueId, CancellationToken cancellationToken)
    {
        DialogueLimits.CheckDialogueId(dialogueId);
        return await CallAsync(caller, dialogueId, grain => grain.GetAsync(), cancellationToken)
            ?? throw new MeshException(ErrorReason.DialogueNotFound, $"There is no dialogue '{dialogueId}'.");
    }

    public Task<DialoguePage> ListAsync(Caller caller, int? pageSize, string? pageToken, CancellationToken cancellationToken)
    {
        var size = DialogueLimits.CheckPageSize(pageSize);
        return GrainErrors.CallAsync(
            () => grains.GetGrain<IUserGrain>($"{caller.Tenant}/{caller.User}").ListDialoguesAsync(size, pageToken ?? ""), time, cancellationToken);
    }

    public async Task DeleteAsync(Caller caller, string dialogueId, CancellationToken cancellationToken)
    {
        DialogueLimits.CheckDialogueId(dialogueId);
        await CallAsync(caller, dialogueId, async grain =>
        {
            await grain.DeleteAsync();
            return true;
        }, cancellationToken);
    }

    private Task<T> CallAsync<T>(Caller caller, string dialogueId, Func<IDialogueGrain, Task<T>> call, CancellationToken cancellationToken) =>
        GrainErrors.CallAsync(() => call(Grain(caller, dialogueId)), time, cancellationToken);

    private IDialogueGrain Grain(Caller caller, string dialogueId) =>
        grains.GetGrain<IDialogueGrain>(new DialogueKey(caller.Tenant, caller.User, dialogueId).ToString());
}
