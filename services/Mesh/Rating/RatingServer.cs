using System.Net;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Errors;
using MultiModalMesh.Evaluation.Items;

namespace MultiModalMesh.Mesh.Rating;

/// <summary>The rating page on loopback.</summary>
internal sealed class RatingServer : IAsyncDisposable
{
    private static readonly (string Path, string File, string Type)[] Page =
    [
        ("/", "rate.html", "text/html; charset=utf-8"),
        ("/rate.css", "rate.css", "text/css; charset=utf-8"),
        ("/rate.js", "rate.js", "text/javascript; charset=utf-8"),
    ];

    private readonly WebApplication _app;

    private RatingServer(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    public static async Task<RatingServer> StartAsync(RatingSession session, int port, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        app.Use(GuardAsync);
        Map(app, session);
        try
        {
            await app.StartAsync(cancellationToken);
            return new RatingServer(app);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => _app.WaitForShutdownAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    private static void Map(WebApplication app, RatingSession session)
    {
        foreach (var (path, file, type) in Page)
        {
            var content = ReadPage(file);
            app.MapGet(path, () => Results.Bytes(content, type));
        }

        app.MapGet("/api/progress", (string? rater) => session.Progress(rater));
        app.MapGet("/api/pairs/{position:int}", (string? rater, int position) => session.Show(rater, position));
        app.MapGet("/api/pairs/{position:int}/picture", async (string? rater, int position, CancellationToken token) =>
            await session.PictureAsync(rater, position, token) is { } bytes ? Results.Bytes(bytes, PictureFiles.MediaTypeOf(bytes)) : Results.NotFound());
        app.MapPost("/api/ratings", (NewRating rating) => session.Rate(rating.Rater, rating.Position, rating.Choice));
    }

    private static async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        // A foreign page may point a name of its own at this machine; it must not read or write here.
        if (context.Request.Host.Host is not ("127.0.0.1" or "localhost"))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentSecurityPolicy = "default-src 'self'; img-src 'self' data:";
        try
        {
            await next(context);
        }
        catch (MeshException failure)
        {
            context.Response.StatusCode = failure.Reason.Category == ErrorCategory.InvalidArgument ? StatusCodes.Status400BadRequest : StatusCodes.Status500InternalServerError;
            await context.Response.WriteAsJsonAsync(new { reason = failure.Reason.Code, message = failure.Message });
        }
    }

    private static byte[] ReadPage(string file)
    {
        using var stream = typeof(RatingServer).Assembly.GetManifestResourceStream($"rating/{file}")!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private sealed record NewRating(string? Rater, int Position, string? Choice);
}
