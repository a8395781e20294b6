using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using MultiModalMesh.Errors;
using MultiModalMesh.Gateway.Authentication;
using MultiModalMesh.Gateway.Errors;
using MultiModalMesh.Gateway.Streaming;
using MultiModalMesh.Grains.Dialogues;

namespace MultiModalMesh.Gateway.Dialogues;

/// <summary>/api/dialogues: turns in, numbered events out.</summary>
internal static class DialogueEndpoints
{
    public static void MapDialogues(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/dialogues").WithTags("Dialogues");
        group.MapGet("", ListAsync).Produces<DialogueListJson>()
            .WithSummary("List dialogues").WithDescription("The caller's dialogues, most recently changed first.");
        group.MapGet("{id}", GetAsync).Produces<DialogueJson>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Read a dialogue").WithDescription("The dialogue with all its turns, oldest first. A running turn shows its answer so far.");
        group.MapDelete("{id}", DeleteAsync).Produces(StatusCodes.Status204NoContent)
            .WithSummary("Delete a dialogue").WithDescription(
                "Erases the dialogue and stops what is running in it; with it go the pictures that no other dialogue of the tenant and no item of a collection names. "
                + "Files and pictures follow the answer within seconds. Deleting one that is not there is no error.");
        group.MapPost("{id}/turns", PostTurnAsync).Accepts<PostTurnBody>("application/json")
            .Produces<PostedTurn>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Post a turn")
            .WithDescription("Answers when the turn is on disk: from then on it is never lost. The first turn makes the dialogue. The same requestId again gives the same turn.");
        group.MapGet("{id}/turns/{turnId}/events", WatchAsync).Produces<string>(StatusCodes.Status200OK, "text/event-stream")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Watch a turn")
            .WithDescription(
                "Server-sent events: 'token' with {\"text\"} to append, its id being the token's number; then one of 'done' with {\"turn\"} or 'error' with the problem and {\"turn\"}. "
                + "The header Last-Event-ID (or ?after=) resumes behind that number.");
        group.MapPost("{id}/turns/{turnId}/cancel", CancelAsync).Produces<TurnJson>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Stop a turn").WithDescription("What the turn has said so far stays. No error if it has ended.");
    }

    private static async Task<DialogueListJson> ListAsync(HttpContext context, DialogueDesk dialogues, int? pageSize, string? pageToken) =>
        DialogueListJson.From(await dialogues.ListAsync(context.Caller(), pageSize, pageToken, context.RequestAborted));

    private static async Task<DialogueJson> GetAsync(HttpContext context, DialogueDesk dialogues, string id) =>
        DialogueJson.From(await dialogues.GetAsync(context.Caller(), id, context.RequestAborted));

    private static async Task<IResult> DeleteAsync(HttpContext context, DialogueDesk dialogues, string id)
    {
        await dialogues.DeleteAsync(context.Caller(), id, context.RequestAborted);
        return Results.NoContent();
    }

    private static async Task<IResult> PostTurnAsync(HttpContext context, DialogueDesk dialogues, string id, PostTurnBody body)
    {
        var turn = await dialogues.PostTurnAsync(context.Caller(), id, body.ToCommand(), context.RequestAborted);
        return Results.Accepted(
            $"/api/dialogues/{id}/turns/{Uri.EscapeDataString(turn.TurnId)}/events", new PostedTurn(turn.TurnId, turn.RequestId, StateNames.Of(turn.State)));
    }

    private static async Task<TurnJson> CancelAsync(HttpContext context, DialogueDesk dialogues, string id, string turnId) =>
        TurnJson.From(await dialogues.CancelTurnAsync(context.Caller(), id, turnId, context.RequestAborted));

    private static async Task WatchAsync(
        HttpContext context, DialogueDesk dialogues, TimeProvider time, ILogger<DialogueDesk> logger, string id, string turnId, string? after)
    {
        var afterSequence = EventPosition.Read(context.Request, after);
        var caller = context.Caller();

        // Asked first, because after the first byte an unknown turn could no longer be a 404.
        await dialogues.GetTurnAsync(caller, id, turnId, context.RequestAborted);
        var stream = new EventStream(context.Response, context.RequestAborted);
        await stream.StartAsync();
        try
        {
            await stream.ForEachAsync(dialogues.WatchTurnAsync(caller, id, turnId, afterSequence, context.RequestAborted), time, item => WriteAsync(stream, item));
        }
        catch (Exception error) when (!context.RequestAborted.IsCancellationRequested)
        {
            await stream.WriteAsync(Problem.From(ErrorMiddleware.Report(logger, context, error)), "error");
        }
    }

    private static Task WriteAsync(EventStream stream, TurnEvent item) => item.Ended switch
    {
        null => stream.WriteAsync(new { text = item.TextDelta }, "token", item.Sequence),
        { State: TurnState.Failed } turn => stream.WriteAsync(FailedTurn.From(turn), "error", item.Sequence),
        { } turn => stream.WriteAsync(new { turn = TurnJson.From(turn) }, "done", item.Sequence),
    };

    /// <summary>The last event of a turn that failed.</summary>
    private sealed record FailedTurn(string Reason, string Detail, TurnJson Turn)
    {
        public static FailedTurn From(TurnView turn) => new(turn.Error?.Reason ?? ErrorReason.PeerFailed.Code, turn.Error?.Message ?? "The turn failed.", TurnJson.From(turn));
    }
}
