using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using MultiModalMesh.Gateway.Chat;
using MultiModalMesh.Gateway.Errors;
using MultiModalMesh.Gateway.Streaming;

namespace MultiModalMesh.Gateway.OpenAi;

/// <summary>An answer as OpenAI streams it: pieces, then the mark of the end; a failure after the first piece is one more piece.</summary>
internal static class AnswerStream
{
    /// <param name="write">Writes what an event becomes.</param>
    public static async Task SendAsync(
        HttpContext context, IAsyncEnumerable<ChatEvent> events, TimeProvider time, ILogger logger, Func<EventStream, ChatEvent, Task> write)
    {
        var stream = new EventStream(context.Response, context.RequestAborted);
        try
        {
            await stream.ForEachAsync(events, time, item => write(stream, item));
            await stream.WriteDoneMarkAsync();
        }
        catch (Exception error) when (context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            await stream.WriteAsync(OpenAiError.From(ErrorMiddleware.Report(logger, context, error)));
        }
    }
}
