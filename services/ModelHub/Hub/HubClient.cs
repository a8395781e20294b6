using System.Text.Json;
using System.Text.RegularExpressions;
using MultiModalMesh.Errors;

namespace MultiModalMesh.ModelHub.Hub;

/// <summary>The Hugging Face file API of one hub: revisions, lists of files, their content. One pull at a time.</summary>
public sealed partial class HubClient : IDisposable
{
    private const long LargestAnswer = 16 << 20;
    private const int MaxPages = 100;
    private const int MaxFiles = 50_000;

    private readonly HubOptions _options;
    private readonly TimeProvider _time;
    private readonly HubConnection _connection;
    private readonly RetryBudget _retries;

    /// <exception cref="MeshException">InvalidRequest: the token is none.</exception>
    public HubClient(HubOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _time = time ?? TimeProvider.System;
        _connection = new HubConnection(options, _time);
        _retries = new RetryBudget(options, _time);
    }

    /// <summary>The hub's address, with a slash at its end.</summary>
    public Uri Endpoint => _connection.Base;

    /// <summary>There is a token, but the hub's address is not encrypted: it stays here.</summary>
    public bool WithholdsToken => _connection.Token == TokenUse.Withheld;

    /// <summary>Looks a revision's commit up.</summary>
    /// <exception cref="MeshException">ModelNotFound, HubAccessDenied, HubUnavailable, HubAnswerInvalid, Overloaded.</exception>
    public async Task<HubRevision> ResolveAsync(HubReference reference, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reference);
        var subject = new HubSubject(reference.Repository, reference.Revision);
        var address = new Uri(_connection.Base, $"api/models/{reference.Repository}/revision/{Uri.EscapeDataString(reference.Revision)}");
        var (json, _) = await ReadJsonAsync(address, subject, cancellationToken);
        using (json)
        {
            return HubJson.Text(json.RootElement, "sha") is { } commit && CommitShape().IsMatch(commit)
                ? new HubRevision(reference.Repository, reference.Revision, commit, HubJson.License(json.RootElement))
                : throw Invalid($"names no commit for {subject}");
        }
    }

    /// <summary>All files of a commit.</summary>
    /// <exception cref="MeshException">As <see cref="ResolveAsync"/>; HubAnswerInvalid also for a path that leads out of the repository.</exception>
    public async Task<IReadOnlyList<HubFile>> ListFilesAsync(HubRevision revision, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(revision);
        var subject = new HubSubject(revision.Repository, revision.Commit);
        var files = new Dictionary<string, HubFile>(StringComparer.Ordinal);
        Uri? next = new(_connection.Base, $"api/models/{revision.Repository}/tree/{revision.Commit}?recursive=true");
        for (var page = 0; next is not null; page++)
        {
            var (json, following) = await ReadJsonAsync(next, subject, cancellationToken);
            using (json)
            {
                foreach (var file in HubJson.Files(json.RootElement, subject, _connection.Base))
                {
                    if (!files.TryAdd(file.Path, file))
                    {
                        throw Invalid($"lists '{file.Path}' of {subject} twice");
                    }
                }
            }

            next = following;
            if (files.Count > MaxFiles || page >= MaxPages)
            {
                throw Invalid($"lists more than {MaxFiles} files for {subject}, which no model needs");
            }
        }

        return [.. files.Values];
    }

    /// <summary>The content of a small file, checked.</summary>
    /// <exception cref="MeshException">As <see cref="ResolveAsync"/>; HubAnswerInvalid also for a wrong size or checksum.</exception>
    public async Task<byte[]> ReadAsync(HubRevision revision, HubFile file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(revision);
        ArgumentNullException.ThrowIfNull(file);
        var subject = new HubSubject(revision.Repository, revision.Commit, file.Path);
        if (file.Bytes > LargestAnswer)
        {
            throw Invalid($"announces {file.Bytes} bytes for {subject}, where at most {LargestAnswer} are expected");
        }

        return await _retries.RunAsync(
            $"Reading {subject}",
            async token =>
            {
                using var response = await _connection.GetAsync(Address(revision, file), subject, prepare: null, token);
                var content = await ReadBodyAsync(response, file.Bytes, subject, token);
                if (content.Length < file.Bytes)
                {
                    throw new HubInterruptedException($"the connection ended after {content.Length} of {file.Bytes} bytes");
                }

                using var digest = new FileDigest(file);
                digest.Append(content);
                return digest.Matches() ? content : throw Invalid($"gives content for {subject} that has not the announced checksum");
            },
            progress: () => 0, interrupted: null, cancellationToken);
    }

    /// <summary>Brings a file to <paramref name="target"/>, going on where an earlier attempt stopped; it is there only when complete and checked.</summary>
    /// <param name="revision">Where it is.</param>
    /// <param name="file">What is announced of it.</param>
    /// <param name="target">Full path; beside it an unfinished download is kept.</param>
    /// <param name="progress">Told how many bytes are there, and why it had to wait.</param>
    /// <param name="cancellationToken">Stops it; what came is kept.</param>
    /// <returns>The content's SHA-256, lower-case hexadecimal.</returns>
    /// <exception cref="MeshException">As <see cref="ReadAsync"/>; StorageFailed.</exception>
    public async Task<string> DownloadAsync(HubRevision revision, HubFile file, string target, IProgress<PullProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(revision);
        ArgumentNullException.ThrowIfNull(file);
        var subject = new HubSubject(revision.Repository, revision.Commit, file.Path);
        await using var download = await FileDownload.OpenAsync(file, target, cancellationToken);
        void Report(string? interruption) => progress?.Report(new PullProgress(file, download.Offset, interruption));
        Report(null);
        return await _retries.RunAsync(
            $"Downloading {subject}",
            async token =>
            {
                if (!download.IsComplete)
                {
                    using var response = await _connection.GetAsync(Address(revision, file), subject, download.Prepare, token);
                    await download.ReceiveAsync(response, subject, () => Report(null), _options.StallTimeout, _time, token);
                }

                return download.Finish(subject);
            },
            progress: () => download.Offset, Report, cancellationToken);
    }

    public void Dispose() => _connection.Dispose();

    private Uri Address(HubRevision revision, HubFile file) => new(
        _connection.Base, $"{revision.Repository}/resolve/{revision.Commit}/{string.Join('/', file.Path.Split('/').Select(Uri.EscapeDataString))}");

    private Task<(JsonDocument Json, Uri? Next)> ReadJsonAsync(Uri address, HubSubject subject, CancellationToken cancellationToken) => _retries.RunAsync(
        $"Asking {_connection.Base.Authority} for {subject}",
        async token =>
        {
            using var response = await _connection.GetAsync(address, subject, prepare: null, token);
            var body = await ReadBodyAsync(response, LargestAnswer, subject, token);
            try
            {
                return (JsonDocument.Parse(body), NextPage(response, subject));
            }
            catch (JsonException failure)
            {
                throw new MeshException(
                    ErrorReason.HubAnswerInvalid, $"{_connection.Base.Authority} answers for {subject} with something that is not JSON; is it a hub that speaks the Hugging Face file API?", failure);
            }
        },
        progress: () => 0, interrupted: null, cancellationToken);

    private async Task<byte[]> ReadBodyAsync(HttpResponseMessage response, long limit, HubSubject subject, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        var buffer = new byte[64 * 1024];
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            while (await Stall.GuardAsync(token => stream.ReadAsync(buffer, token).AsTask(), _options.StallTimeout, _time, cancellationToken) is > 0 and var count)
            {
                if (body.Length + count > limit)
                {
                    throw Invalid($"sends more than the {limit} bytes that are expected for {subject}");
                }

                body.Write(buffer, 0, count);
            }
        }
        catch (IOException failure)
        {
            throw new HubInterruptedException("the connection was cut", inner: failure);
        }

        return body.ToArray();
    }

    /// <summary>Long lists come in pages; the next one is named by a <c>Link</c> header, and must be the hub's own.</summary>
    private Uri? NextPage(HttpResponseMessage response, HubSubject subject)
    {
        var link = response.Headers.TryGetValues("Link", out var values) ? NextLink().Match(string.Join(", ", values)) : Match.Empty;
        if (!link.Success)
        {
            return null;
        }

        return Uri.TryCreate(_connection.Base, link.Groups["address"].Value, out var next) && _connection.IsHub(next)
            ? next
            : throw Invalid($"names a next page of the list of {subject} that is not its own");
    }

    private MeshException Invalid(string what) => new(ErrorReason.HubAnswerInvalid, $"{_connection.Base.Authority} {what}.");

    [GeneratedRegex(@"\A(?:[0-9a-f]{40}|[0-9a-f]{64})\z", RegexOptions.CultureInvariant)]
    private static partial Regex CommitShape();

    [GeneratedRegex(@"<(?<address>[^<>]+)>\s*;\s*rel=""?next""?", RegexOptions.CultureInvariant)]
    private static partial Regex NextLink();
}
