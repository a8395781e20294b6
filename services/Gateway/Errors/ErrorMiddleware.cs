using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Grpc.Core;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using MultiModalMesh.Errors;
using MultiModalMesh.Gateway.OpenAi;
using MultiModalMesh.ServiceDefaults.Errors;

namespace MultiModalMesh.Gateway.Errors;

/// <summary>
/// Answers every failure in the caller's own dialect: OpenAI's error under /v1, problem details elsewhere, a status in trailers for gRPC.
/// Routes that do not exist get the same.
/// </summary>
internal sealed class ErrorMiddleware(RequestDelegate next, ILogger<ErrorMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (Unanswered(context) is { } failure)
            {
                await WriteAsync(context, failure);
            }
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone, nobody reads an answer. 499 is what others log for it.
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            }
        }
        catch (ConnectionResetException)
        {
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, Report(context, error));
        }
        catch (Exception error)
        {
            // Too late for a status: breaking the connection is the only way left to say that the answer is not whole.
            Log.Failed(logger, error, context.Request.Method, context.Request.Path);
            context.Abort();
        }
    }

    /// <summary>Logs what was thrown, as loud as it deserves, and says what the caller may know of it.</summary>
    public Failure Report(HttpContext context, Exception error) => Report(logger, context, error);

    public static Failure Report(ILogger logger, HttpContext context, Exception error)
    {
        var failure = Failure.From(error);
        if (failure.IsOurs)
        {
            Log.Failed(logger, error, context.Request.Method, context.Request.Path);
            return failure with { Message = $"The request failed for a reason of ours; the log has it under trace '{Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier}'." };
        }

        Log.Refused(logger, context.Request.Method, context.Request.Path, failure.Reason, failure.Message, error.InnerException);
        return failure;
    }

    private static Failure? Unanswered(HttpContext context)
    {
        if (context.Response.HasStarted || context.Response.ContentLength is not null || context.Response.ContentType is not null)
        {
            return null;
        }

        var request = context.Request;
        return context.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => new Failure(
                StatusCodes.Status404NotFound, "ROUTE_NOT_FOUND", $"There is no '{request.Method} {request.Path}' here; /docs lists what there is.", Code: "unknown_url"),
            StatusCodes.Status405MethodNotAllowed => new Failure(
                StatusCodes.Status405MethodNotAllowed, "METHOD_NOT_ALLOWED",
                $"'{request.Path}' does not take {request.Method}, but {context.Response.Headers.Allow}."),
            StatusCodes.Status415UnsupportedMediaType => new Failure(
                StatusCodes.Status415UnsupportedMediaType, "MEDIA_TYPE_UNSUPPORTED", "The body must be JSON; send it with 'Content-Type: application/json'."),
            _ => null,
        };
    }

    private static async Task WriteAsync(HttpContext context, Failure failure)
    {
        var response = context.Response;
        if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true)
        {
            WriteGrpc(response, failure);
            return;
        }

        response.StatusCode = failure.Status;
        response.Headers.CacheControl = "no-store";
        if (failure.RetryAfter is { } delay)
        {
            response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(delay.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (failure.Status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        if (context.Request.Path.StartsWithSegments("/v1"))
        {
            await response.WriteAsJsonAsync(OpenAiError.From(failure), JsonSerializerOptions.Web, context.RequestAborted);
        }
        else
        {
            await response.WriteAsJsonAsync(Problem.From(failure), JsonSerializerOptions.Web, Problem.ContentType, context.RequestAborted);
        }
    }

    /// <summary>A gRPC answer without messages carries its status in the headers ("trailers only").</summary>
    private static void WriteGrpc(HttpResponse response, Failure failure)
    {
        var reason = ErrorReason.Find(failure.Reason);
        var error = reason is null
            ? new RpcException(new Status(failure.Status == StatusCodes.Status404NotFound ? StatusCode.Unimplemented : StatusCode.Internal, failure.Message))
            : new MeshException(reason, failure.Message) { Field = failure.Field, RetryAfter = failure.RetryAfter }.ToRpcException();
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "application/grpc";
        response.Headers["grpc-status"] = ((int)error.StatusCode).ToString(CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = Uri.EscapeDataString(error.Status.Detail);
        foreach (var trailer in error.Trailers)
        {
            response.Headers[trailer.Key] = trailer.IsBinary ? Convert.ToBase64String(trailer.ValueBytes) : trailer.Value;
        }
    }
}
