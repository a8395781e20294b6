using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Mesh.Client;

/// <summary>A job as <c>/api/jobs</c> tells it.</summary>
internal sealed record JobAnswer(
    string Id, string RequestId, string State, string Skill, int Total, int Done, int Failed, int Running, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, double? RemainingSeconds);

internal sealed record JobListAnswer(IReadOnlyList<JobAnswer> Jobs, string NextPageToken);

/// <param name="Number">0 for the last event.</param>
/// <param name="Line">The result as the server tells it.</param>
/// <param name="Ended">Set on the last event only.</param>
internal sealed record JobEvent(int Number, string Line, JobAnswer? Ended);

/// <summary>Pictures and jobs.</summary>
internal sealed partial class MeshClient
{
    private static readonly TimeSpan ReconnectDelay = TimeSpan.FromSeconds(1);
    private const int Reconnects = 60;

    /// <returns>The picture's id.</returns>
    public async Task<string> UploadAsync(FileInfo file, CancellationToken cancellationToken) => await UploadAsync(await ReadAsync(file, cancellationToken), cancellationToken);

    /// <inheritdoc cref="UploadAsync(FileInfo, CancellationToken)"/>
    public async Task<string> UploadAsync(byte[] bytes, CancellationToken cancellationToken)
    {
        using var upload = await SendAsync(HttpMethod.Post, "api/images", () => new ByteArrayContent(bytes), cancellationToken);
        return (await upload.Content.ReadFromJsonAsync<UploadedImage>(JsonSerializerOptions.Web, cancellationToken))!.Id;
    }

    public async Task<JobAnswer> SubmitJobAsync(object job, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Post, "api/jobs", () => JsonContent.Create(job), cancellationToken);
        return (await response.Content.ReadFromJsonAsync<JobAnswer>(JsonSerializerOptions.Web, cancellationToken))!;
    }

    /// <returns>Null if there is none.</returns>
    public async Task<JobAnswer?> FindJobAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await GetAsync<JobAnswer>($"api/jobs/{Uri.EscapeDataString(id)}", cancellationToken);
        }
        catch (MeshException e) when (e.Reason.Code == ErrorReason.JobNotFound.Code)
        {
            return null;
        }
    }

    public Task<JobListAnswer> ListJobsAsync(string pageToken, CancellationToken cancellationToken) =>
        GetAsync<JobListAnswer>($"api/jobs?pageSize=200&pageToken={Uri.EscapeDataString(pageToken)}", cancellationToken);

    public async Task<JobAnswer> CancelJobAsync(string id, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Post, $"api/jobs/{Uri.EscapeDataString(id)}/cancel", () => null, cancellationToken);
        return (await response.Content.ReadFromJsonAsync<JobAnswer>(JsonSerializerOptions.Web, cancellationToken))!;
    }

    public async Task DeleteJobAsync(string id, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Delete, $"api/jobs/{Uri.EscapeDataString(id)}", () => null, cancellationToken);
    }

    /// <summary>The results that are there now, one JSON object a line.</summary>
    public async IAsyncEnumerable<string> ReadJobAsync(string id, int after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, $"api/jobs/{Uri.EscapeDataString(id)}/results?after={after}", () => null, cancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            yield return line;
        }
    }

    /// <summary>The results behind a number as they come, until the job has ended; a server that is restarted meanwhile is waited for.</summary>
    public async IAsyncEnumerable<JobEvent> WatchJobAsync(string id, int after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (last, broken) = (after, 0);
        while (true)
        {
            await using var events = ReadEventsAsync(id, last, cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (true)
            {
                try
                {
                    if (!await events.MoveNextAsync())
                    {
                        break;
                    }
                }
                catch (Exception e) when (broken++ < Reconnects && (e is HttpIOException or IOException || (e is MeshException { Reason: var reason } && reason.Category == ErrorCategory.Unavailable)))
                {
                    await Task.Delay(ReconnectDelay, cancellationToken);
                    break;
                }

                (last, broken) = (Math.Max(last, events.Current.Number), 0);
                yield return events.Current;
                if (events.Current.Ended is not null)
                {
                    yield break;
                }
            }
        }
    }

    private async IAsyncEnumerable<JobEvent> ReadEventsAsync(string id, int after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            HttpMethod.Get, $"api/jobs/{Uri.EscapeDataString(id)}/results?after={after}", () => null, cancellationToken, accept: "text/event-stream");
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellationToken))
        {
            using var data = JsonDocument.Parse(item.Data);
            switch (item.EventType)
            {
                case "result":
                    yield return new JobEvent(data.RootElement.GetProperty("number").GetInt32(), item.Data, null);
                    break;
                case "done":
                    yield return new JobEvent(0, "", data.RootElement.GetProperty("job").Deserialize<JobAnswer>(JsonSerializerOptions.Web));
                    break;
                case "error":
                    throw ToException(System.Net.HttpStatusCode.ServiceUnavailable, data.RootElement, null);
            }
        }
    }
}
