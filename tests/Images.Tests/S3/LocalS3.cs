using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MultiModalMesh.Images.Tests.S3;

/// <summary>A server that speaks S3: one bucket, path style, signatures checked to the last header, and failures on demand.</summary>
internal sealed class LocalS3 : IAsyncDisposable
{
    public const string Bucket = "pictures";
    public const string AccessKey = "AKIDLOCAL";
    public const string SecretKey = "local-secret";

    private readonly WebApplication _app;

    private LocalS3(WebApplication app) => _app = app;

    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public ConcurrentDictionary<string, byte[]> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>As "PUT /bucket/key", in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Asked for every request with its number, beginning at 1.</summary>
    public Func<int, HttpRequest, Fault> Misbehave { get; set; } = (_, _) => Fault.None;

    public static async Task<LocalS3> StartAsync(string address = "http://127.0.0.1:0")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(address);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var server = new LocalS3(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        Requests.Enqueue($"{request.Method} {request.Path}");
        var fault = Misbehave(Requests.Count, request);
        if (fault == Fault.Cut)
        {
            context.Abort();
            return;
        }

        if (fault == Fault.Stuck)
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, context.RequestAborted);
        if (fault == Fault.SlowDown)
        {
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "SlowDown");
        }
        else if (SignatureV4.ProblemOf(request, body.ToArray(), AccessKey, SecretKey) is { } problem)
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, problem);
        }
        else if (request.Path.Value!.Split('/', 3) is not [_, Bucket, ..])
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound, "NoSuchBucket");
        }
        else
        {
            await (request.Path.Value.Split('/', 3) is [_, _, { Length: > 0 } key] ? AnswerObjectAsync(context, key, body.ToArray(), fault) : ListAsync(context));
        }
    }

    private async Task AnswerObjectAsync(HttpContext context, string key, byte[] body, Fault fault)
    {
        switch (context.Request.Method)
        {
            case "PUT" when context.Request.Headers.IfNoneMatch == "*" && Objects.ContainsKey(key):
                await RefuseAsync(context, StatusCodes.Status412PreconditionFailed, "PreconditionFailed");
                break;
            case "PUT":
                Objects[key] = body;
                context.Response.Headers.ETag = ETagOf(body);
                break;
            case "DELETE":
                Objects.TryRemove(key, out _);
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
            case "GET" or "HEAD" when !Objects.ContainsKey(key):
                await RefuseAsync(context, StatusCodes.Status404NotFound, "NoSuchKey");
                break;
            case "GET" or "HEAD":
                var content = Objects[key];
                context.Response.ContentLength = content.Length;
                context.Response.Headers.ETag = ETagOf(content);
                if (context.Request.Method == "GET")
                {
                    await context.Response.Body.WriteAsync(content.AsMemory(0, fault == Fault.CutMidway ? content.Length / 2 : content.Length));
                    if (fault == Fault.CutMidway)
                    {
                        await context.Response.Body.FlushAsync();
                        context.Abort();
                    }
                }

                break;
            default:
                await RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, "MethodNotAllowed");
                break;
        }
    }

    private Task ListAsync(HttpContext context)
    {
        var prefix = context.Request.Query["prefix"].ToString();
        var limit = int.Parse(context.Request.Query["max-keys"].ToString() is { Length: > 0 } text ? text : "1000", CultureInfo.InvariantCulture);
        var keys = Objects.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        var contents = string.Concat(keys.Take(limit).Select(key => $"<Contents><Key>{key}</Key><Size>{Objects[key].Length}</Size></Contents>"));
        return WriteAsync(
            context,
            $"<ListBucketResult><Name>{Bucket}</Name><Prefix>{prefix}</Prefix><KeyCount>{Math.Min(limit, keys.Count)}</KeyCount><MaxKeys>{limit}</MaxKeys>"
            + $"<IsTruncated>{(keys.Count > limit ? "true" : "false")}</IsTruncated>{contents}</ListBucketResult>");
    }

    private static Task RefuseAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        return context.Request.Method == "HEAD" ? Task.CompletedTask : WriteAsync(context, $"<Error><Code>{code}</Code><Message>{code} of the local server</Message></Error>");
    }

    private static Task WriteAsync(HttpContext context, string xml)
    {
        context.Response.ContentType = "application/xml";
        return context.Response.WriteAsync($"<?xml version=\"1.0\" encoding=\"UTF-8\"?>{xml}");
    }

#pragma warning disable CA5351 // S3's ETag of an object that was sent in one piece.
    private static string ETagOf(byte[] content) => $"\"{Convert.ToHexStringLower(MD5.HashData(content))}\"";
#pragma warning restore CA5351
}

internal enum Fault
{
    None,
    SlowDown,
    Cut,
    CutMidway,
    Stuck,
}
