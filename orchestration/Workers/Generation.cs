using System.Runtime.CompilerServices;
using Grpc.Core;
using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Workers.Calls;

namespace MultiModalMesh.Workers;

/// <summary>Generation that survives its worker.</summary>
public static class Generation
{
    /// <summary>How long an interrupted answer waits for somebody to go on with it.</summary>
    private static readonly TimeSpan HandOverPatience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan HandOverDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Streams a decoder's answer. A worker that goes away in the middle is replaced: the next one gets the tokens so far, and because
    /// sampling is seeded per position the joined text equals that of an undisturbed run. <see cref="PromptAccepted"/> comes once per worker.
    /// </summary>
    /// <param name="workers">Where the workers come from.</param>
    /// <param name="route">What to look for; the lease's pack is asked for.</param>
    /// <param name="request">Not changed. Its prefix tokens are those an earlier stream gave.</param>
    /// <param name="cancellationToken">Ends the decoder's work, too.</param>
    public static async IAsyncEnumerable<GenerateResponse> GenerateAsync(
        this WorkerPool workers, RouteRequest route, GenerateRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(workers);
        ArgumentNullException.ThrowIfNull(route);
        ArgumentNullException.ThrowIfNull(request);
        var asked = request.Clone();
        List<string> broken = [.. route.Avoid];
        var waited = TimeSpan.Zero;
        for (var attempt = 1; ; attempt++)
        {
            var worker = "";
            var responses = workers.StreamAsync(
                route with { Avoid = [.. broken], Size = RequestSize.Of(asked) },
                (lease, channel, token) =>
                {
                    worker = lease.WorkerId;
                    asked.Model = lease.Model;
                    return new DecoderService.DecoderServiceClient(channel).Generate(asked, cancellationToken: token).ResponseStream.ReadAllAsync(token);
                },
                cancellationToken);
            await using var stream = responses.GetAsyncEnumerator(cancellationToken);
            while (true)
            {
                GenerateResponse response;
                try
                {
                    response = await stream.MoveNextAsync()
                        ? stream.Current
                        : throw new MeshException(ErrorReason.PeerUnavailable, $"The decoder on '{worker}' ended its answer without saying how.");
                }
                catch (MeshException e) when (e.Reason == ErrorReason.PeerUnavailable && worker.Length > 0 && attempt < WorkerPool.MaxAttempts)
                {
                    broken.Add(worker);
                    break;
                }
                catch (MeshException e) when (e.Reason == ErrorReason.NoWorker && attempt > 1 && waited < HandOverPatience)
                {
                    // With the member that went the list of workers may have gone, which the others fill again within a heartbeat or two.
                    attempt--;
                    waited += HandOverDelay;
                    await Task.Delay(HandOverDelay, TimeProvider.System, cancellationToken);
                    break;
                }

                if (response.EventCase == GenerateResponse.EventOneofCase.Token)
                {
                    asked.PrefixTokenIds.Add(response.Token.TokenId);
                }

                yield return response;
                if (response.EventCase == GenerateResponse.EventOneofCase.Completed)
                {
                    yield break;
                }
            }
        }
    }
}
