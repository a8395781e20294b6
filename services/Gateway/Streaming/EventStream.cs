using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace MultiModalMesh.Gateway.Streaming;

/// <summary>Writes server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), each one flushed at once.</summary>
internal sealed class EventStream(HttpResponse response, CancellationToken cancellationToken)
{
    /// <summary>Proxies close connections that say nothing; most of them after 30 seconds or more.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private bool _started;

    /// <summary>Sends the headers. From then on a failure can only be an event.</summary>
    public Task StartAsync()
    {
        if (_started)
        {
            return Task.CompletedTask;
        }

        _started = true;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-transform";
        response.Headers["X-Accel-Buffering"] = "no";
        return response.Body.FlushAsync(cancellationToken);
    }

    public Task WriteAsync<T>(T data, string? name = null, int? id = null) =>
        WriteRawAsync(
            (id is { } number ? string.Create(CultureInfo.InvariantCulture, $"id: {number}\n") : "")
            + (name is null ? "" : $"event: {name}\n")
            + $"data: {JsonSerializer.Serialize(data, JsonSerializerOptions.Web)}\n\n");

    public Task WriteDoneMarkAsync() => WriteRawAsync("data: [DONE]\n\n");

    /// <summary>Passes the items on and keeps the connection alive while none come.</summary>
    public async Task ForEachAsync<T>(IAsyncEnumerable<T> items, TimeProvider time, Func<T, Task> write)
    {
        await using var enumerator = items.GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            var next = enumerator.MoveNextAsync().AsTask();
            while (!next.IsCompleted)
            {
                using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                if (await Task.WhenAny(next, Task.Delay(Heartbeat, time, waiting.Token)) != next && !cancellationToken.IsCancellationRequested)
                {
                    await WriteRawAsync(": still here\n\n");
                }

                await waiting.CancelAsync();
                if (cancellationToken.IsCancellationRequested)
                {
                    break;
                }
            }

            if (!await next)
            {
                return;
            }

            await write(enumerator.Current);
        }
    }

    private async Task WriteRawAsync(string text)
    {
        await StartAsync();
        await response.WriteAsync(text, cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }
}
