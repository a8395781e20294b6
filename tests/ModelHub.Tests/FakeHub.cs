using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MultiModalMesh.ModelHub.Tests;

/// <summary>A file that a <see cref="FakeHub"/> has, and what it says of it, which need not be true.</summary>
internal sealed record FakeFile(byte[] Content)
{
    /// <summary>Large files lie in another host's store and are announced with their SHA-256.</summary>
    public bool Large { get; init; }

    public long? AnnouncedBytes { get; init; }

    public string? AnnouncedDigest { get; init; }
}

/// <summary>What a hub was asked for.</summary>
/// <param name="Host">Hub or store: their addresses have different ports.</param>
/// <param name="From">First byte of a range; 0 for the whole.</param>
/// <param name="Sent">Bytes of the body that were sent.</param>
internal sealed record Seen(string Host, string Path, string? Authorization, long From, long Sent, string? IfRange);

/// <summary>
/// Speaks the Hugging Face file API over Kestrel, from memory: revisions, trees in pages, small files from the hub itself, large ones by a
/// redirect to a second host. It misbehaves as it is told.
/// </summary>
internal sealed class FakeHub : IAsyncDisposable
{
    private readonly WebApplication _hub;
    private readonly WebApplication _store;
    private readonly ConcurrentDictionary<string, SortedDictionary<string, FakeFile>> _commits = new();

    private FakeHub()
    {
        _hub = Build("hub");
        _store = Build("store");
        _hub.MapGet("/api/models/{owner}/{name}/revision/{revision}", ResolveAsync);
        _hub.MapGet("/api/models/{owner}/{name}/tree/{commit}", TreeAsync);
        _hub.MapGet("/{owner}/{name}/resolve/{commit}/{**path}", FileAsync);
        _store.MapGet("/{commit}/{**path}", StoredAsync);
    }

    public Uri Address => new(_hub.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <summary>Where the hub redirects to for large files.</summary>
    public Uri StoreAddress => new(_store.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public ConcurrentQueue<Seen> Log { get; } = new();

    /// <summary>Branch to commit.</summary>
    public ConcurrentDictionary<string, string> Branches { get; } = new();

    /// <summary>Answers instead of the hub or the store if it returns true.</summary>
    public Func<HttpContext, Task<bool>> Interfere { get; set; } = _ => Task.FromResult(false);

    /// <summary>Told what is about to be sent of which file; returns how many bytes of it go out before the connection is cut.</summary>
    public Func<string, long, long> Cut { get; set; } = (_, bytes) => bytes;

    /// <summary>Awaited before a connection is cut, so that a test can see to it that what was sent has arrived.</summary>
    public Func<string, Task> BeforeCut { get; set; } = _ => Task.CompletedTask;

    /// <summary>More bytes than announced, sent behind a file's own.</summary>
    public int Excess { get; set; }

    public int PageSize { get; set; } = 1000;

    public JsonObject Card { get; } = new() { ["license"] = "apache-2.0" };

    public static async Task<FakeHub> StartAsync()
    {
        var hub = new FakeHub();
        await hub._hub.StartAsync();
        await hub._store.StartAsync();
        return hub;
    }

    /// <summary>Adds a commit and lets the branch main point at it.</summary>
    /// <returns>The commit.</returns>
    public string Commit(IEnumerable<KeyValuePair<string, FakeFile>> files)
    {
        var tree = new SortedDictionary<string, FakeFile>(files.ToDictionary(), StringComparer.Ordinal);
        var commit = GitName(Encoding.UTF8.GetBytes($"{_commits.Count}"));
        _commits[commit] = tree;
        Branches["main"] = commit;
        return commit;
    }

    /// <summary>Bytes of a file that were sent, all answers together.</summary>
    public long BytesSent(string path) => Log.Where(seen => seen.Path.EndsWith(path, StringComparison.Ordinal)).Sum(seen => seen.Sent);

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        await _store.DisposeAsync();
    }

    private WebApplication Build(string name)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Use(async (context, next) =>
        {
            if (await Interfere(context))
            {
                Note(context, name, 0, 0);
            }
            else
            {
                await next(context);
            }
        });
        app.UseRouting();
        return app;
    }

    private Task ResolveAsync(HttpContext context, string owner, string name, string revision)
    {
        Note(context, "hub", 0, 0);
        revision = Uri.UnescapeDataString(revision);
        var commit = _commits.ContainsKey(revision) ? revision : Branches.GetValueOrDefault(revision);
        if (commit is null)
        {
            context.Response.Headers["X-Error-Code"] = "RevisionNotFound";
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        }

        return context.Response.WriteAsync(new JsonObject { ["id"] = $"{owner}/{name}", ["sha"] = commit, ["cardData"] = Card.DeepClone() }.ToJsonString());
    }

    private Task TreeAsync(HttpContext context, string owner, string name, string commit, bool recursive = false, int cursor = 0)
    {
        Note(context, "hub", 0, 0);
        var page = new JsonArray();
        var entries = _commits[commit].Skip(cursor).Take(PageSize).ToList();
        foreach (var (path, file) in entries)
        {
            page.Add(Entry(path, file));
        }

        page.Add(new JsonObject { ["type"] = "directory", ["path"] = "onnx", ["oid"] = new string('0', 40), ["size"] = 0 });
        if (cursor + entries.Count < _commits[commit].Count)
        {
            var next = UriHelper.BuildAbsolute("http", context.Request.Host, path: context.Request.Path);
            context.Response.Headers.Link = $"<{next}?recursive=true&cursor={cursor + entries.Count}>; rel=\"next\"";
        }

        return recursive ? context.Response.WriteAsync(page.ToJsonString()) : Task.CompletedTask;
    }

    private static JsonObject Entry(string path, FakeFile file)
    {
        var blob = GitName([.. Encoding.ASCII.GetBytes($"blob {file.Content.Length}\0"), .. file.Content]);
        var entry = new JsonObject
        {
            ["type"] = "file",
            ["oid"] = file is { Large: false, AnnouncedDigest: { } digest } ? digest : blob,
            ["size"] = file.AnnouncedBytes ?? file.Content.Length,
            ["path"] = path,
        };
        if (file.Large)
        {
            entry["lfs"] = new JsonObject
            {
                ["oid"] = file.AnnouncedDigest ?? Convert.ToHexStringLower(SHA256.HashData(file.Content)),
                ["size"] = file.AnnouncedBytes ?? file.Content.Length,
                ["pointerSize"] = 135,
            };
        }

        return entry;
    }

#pragma warning disable CA5350 // Git names its objects by SHA-1.
    private static string GitName(byte[] content) => Convert.ToHexStringLower(SHA1.HashData(content));
#pragma warning restore CA5350

    private Task FileAsync(HttpContext context, string owner, string name, string commit, string path)
    {
        if (!_commits[commit].TryGetValue(path, out var file))
        {
            context.Response.Headers["X-Error-Code"] = "EntryNotFound";
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        }

        if (file.Large)
        {
            Note(context, "hub", 0, 0);
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = new Uri(StoreAddress, $"{commit}/{path}?signature=1").ToString();
            return Task.CompletedTask;
        }

        return SendAsync(context, "hub", path, file);
    }

    private Task StoredAsync(HttpContext context, string commit, string path) => SendAsync(context, "store", path, _commits[commit][path]);

    private async Task SendAsync(HttpContext context, string host, string path, FakeFile file)
    {
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(file.Content))}\"";
        context.Response.Headers.ETag = tag;
        var ifRange = context.Request.Headers.IfRange.ToString();
        var from = context.Request.GetTypedHeaders().Range is { } range && (ifRange.Length == 0 || ifRange == tag) ? range.Ranges.Single().From!.Value : 0;
        if (from > 0)
        {
            context.Response.StatusCode = 206;
            context.Response.GetTypedHeaders().ContentRange = new(from, file.Content.Length - 1, file.Content.Length);
        }

        byte[] rest = [.. file.Content.AsSpan((int)from), .. new byte[Excess]];
        var sent = (int)Math.Min(rest.Length, Cut(path, rest.Length));
        if (Excess == 0)
        {
            context.Response.ContentLength = rest.Length;
        }

        Note(context, host, from, sent);
        await context.Response.Body.WriteAsync(rest.AsMemory(0, sent));
        await context.Response.Body.FlushAsync();
        if (sent < rest.Length)
        {
            await BeforeCut(path);
            context.Abort();
        }
    }

    private void Note(HttpContext context, string host, long from, long sent) => Log.Enqueue(new Seen(
        host,
        context.Request.Path.Value ?? "",
        context.Request.Headers.Authorization is { Count: > 0 } authorization ? authorization.ToString() : null,
        from,
        sent,
        context.Request.Headers.IfRange is { Count: > 0 } ifRange ? ifRange.ToString() : null));
}
