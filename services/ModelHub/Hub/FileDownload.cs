using System.Net;
using System.Net.Http.Headers;
using MultiModalMesh.Errors;
using MultiModalMesh.ModelHub.Folders;

namespace MultiModalMesh.ModelHub.Hub;

/// <summary>
/// One file on its way to the disk. It grows as <c>{target}.{digest}.part</c>, so that a part never continues other content, with the server's
/// entity tag beside it; it gets its own name once size and checksum are right.
/// </summary>
internal sealed class FileDownload : IAsyncDisposable
{
    private const int BufferSize = 128 * 1024;

    private readonly HubFile _file;
    private readonly string _target;
    private readonly string _tagPath;
    private readonly FileStream _part;
    private FileDigest _digest;
    private EntityTagHeaderValue? _tag;

    /// <summary>The first byte that came in one piece with the last one: 0 unless the download was continued.</summary>
    private bool _continued;

    private FileDownload(HubFile file, string target, FileStream part, EntityTagHeaderValue? tag)
    {
        (_file, _target, _part, _tag) = (file, target, part, tag);
        _tagPath = TagPath(part.Name);
        _digest = new FileDigest(file);
    }

    /// <summary>Bytes that are there.</summary>
    public long Offset { get; private set; }

    public bool IsComplete => Offset == _file.Bytes;

    /// <summary>Whether a file's name is that of an unfinished download of <paramref name="file"/> to <paramref name="target"/>.</summary>
    public static bool IsPartOf(string path, HubFile file, string target) => path == PartPath(file, target) || path == TagPath(PartPath(file, target));

    /// <summary>Takes up what an earlier download left; a complete file is checked again.</summary>
    public static async Task<FileDownload> OpenAsync(HubFile file, string target, CancellationToken cancellationToken)
    {
        var path = PartPath(file, target);
        FileDownload? download = null;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            if (File.Exists(target))
            {
                File.Move(target, path, overwrite: true);
            }

            // Unbuffered: what was received is in the file, whatever becomes of this process.
            var part = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
            var tagPath = TagPath(path);
            var tag = part.Length > 0 && File.Exists(tagPath) && EntityTagHeaderValue.TryParse(await File.ReadAllTextAsync(tagPath, cancellationToken), out var known) ? known : null;
            download = new FileDownload(file, target, part, tag);
            await download.TakeUpAsync(cancellationToken);
            return download;
        }
        catch (Exception failure)
        {
            if (download is not null)
            {
                await download.DisposeAsync();
            }

            if (failure is IOException or UnauthorizedAccessException)
            {
                throw Disk.Failure(failure, target);
            }

            throw;
        }
    }

    /// <summary>Asks for the rest only; if the file changed on the server, for all of it.</summary>
    public void Prepare(HttpRequestHeaders headers)
    {
        if (Offset > 0)
        {
            headers.Range = new RangeHeaderValue(Offset, null);
            headers.IfRange = _tag is { IsWeak: false } ? new RangeConditionHeaderValue(_tag) : null;
        }
    }

    /// <summary>Writes an answer's body behind what is there.</summary>
    /// <exception cref="MeshException">HubAnswerInvalid: the server sends more, or something else, than was announced. StorageFailed.</exception>
    /// <exception cref="HubInterruptedException">It ended early; what came is kept.</exception>
    public async Task ReceiveAsync(HttpResponseMessage response, HubSubject subject, Action received, TimeSpan stall, TimeProvider time, CancellationToken cancellationToken)
    {
        Align(response, subject);
        var buffer = new byte[BufferSize];
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            while (await Stall.GuardAsync(token => body.ReadAsync(buffer, token).AsTask(), stall, time, cancellationToken) is > 0 and var count)
            {
                if (count > _file.Bytes - Offset)
                {
                    throw Refuse(response, subject, $"sends more than the {_file.Bytes} bytes that it announced");
                }

                await WriteAsync(buffer.AsMemory(0, count));
                received();
            }
        }
        catch (IOException failure)
        {
            throw new HubInterruptedException($"the connection was cut after {Offset} of {_file.Bytes} bytes", inner: failure);
        }

        if (!IsComplete)
        {
            throw new HubInterruptedException($"the connection ended after {Offset} of {_file.Bytes} bytes");
        }
    }

    /// <summary>Checks the complete file and gives it its name.</summary>
    /// <returns>SHA-256, lower-case hexadecimal.</returns>
    /// <exception cref="MeshException">HubAnswerInvalid: the content is not what was announced; nothing is kept of it. StorageFailed.</exception>
    /// <exception cref="HubInterruptedException">Pieces of several answers do not fit together: it is begun anew.</exception>
    public string Finish(HubSubject subject)
    {
        if (!_digest.Matches())
        {
            var inPieces = _continued;
            Restart();
            throw inPieces
                ? new HubInterruptedException("the continued download has a wrong checksum and is begun anew")
                : new MeshException(
                    ErrorReason.HubAnswerInvalid,
                    $"The content of {subject} has not the checksum that the hub announced; it was refused. Something between the hub and this machine changes it, or the hub is broken.");
        }

        try
        {
            _part.Flush(flushToDisk: true);
            _part.Dispose();
            File.Move(_part.Name, _target, overwrite: true);
            File.Delete(_tagPath);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Disk.Failure(failure, _target);
        }

        return _digest.Sha256;
    }

    public ValueTask DisposeAsync()
    {
        _digest.Dispose();
        return _part.DisposeAsync();
    }

    private static string PartPath(HubFile file, string target) => $"{target}.{file.Digest[..16]}.part";

    private static string TagPath(string partPath) => $"{partPath}.etag";

    private async Task TakeUpAsync(CancellationToken cancellationToken)
    {
        if (_part.Length > _file.Bytes)
        {
            Restart();
        }

        var length = _part.Length;
        var buffer = new byte[BufferSize];
        while (Offset < length && await _part.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            _digest.Append(buffer.AsSpan(0, count));
            Offset += count;
            _continued = true;
        }
    }

    /// <summary>Finds out which bytes an answer brings, and begins anew where they are not those that are missing.</summary>
    private void Align(HttpResponseMessage response, HubSubject subject)
    {
        var content = response.Content.Headers;
        if (content.ContentEncoding.Any(encoding => !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)))
        {
            throw Refuse(response, subject, $"packs the content as {string.Join(", ", content.ContentEncoding)}, which was not asked for");
        }

        var partial = response.StatusCode == HttpStatusCode.PartialContent;
        var changed = _tag is not null && response.Headers.ETag is { } tag && !tag.Equals(_tag);
        if (partial && (changed || content.ContentRange?.From != Offset))
        {
            Restart();
            throw new HubInterruptedException("the file changed on the server and is begun anew");
        }

        if (!partial && Offset > 0)
        {
            Restart();
        }

        if (content.ContentLength is { } length && length > _file.Bytes - Offset)
        {
            throw Refuse(response, subject, $"sends {length + Offset} bytes, but announced {_file.Bytes}");
        }

        _continued |= Offset > 0;
        if (Offset == 0)
        {
            Remember(response.Headers.ETag);
        }
    }

    private void Remember(EntityTagHeaderValue? tag)
    {
        try
        {
            _tag = tag;
            if (tag is null)
            {
                File.Delete(_tagPath);
            }
            else
            {
                File.WriteAllText(_tagPath, tag.ToString());
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Disk.Failure(failure, _target);
        }
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            // Not cancelled: a piece is written and hashed as a whole.
            await _part.WriteAsync(bytes, CancellationToken.None);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Disk.Failure(failure, _target);
        }

        _digest.Append(bytes.Span);
        Offset += bytes.Length;
    }

    private void Restart()
    {
        try
        {
            if (_part.Length > 0)
            {
                _part.SetLength(0);
            }

            _part.Position = 0;
        }
        catch (IOException failure)
        {
            throw Disk.Failure(failure, _target);
        }

        Offset = 0;
        _continued = false;
        _tag = null;
        _digest.Dispose();
        _digest = new FileDigest(_file);
    }

    private MeshException Refuse(HttpResponseMessage response, HubSubject subject, string what)
    {
        Restart();
        return new MeshException(ErrorReason.HubAnswerInvalid, $"{response.RequestMessage?.RequestUri?.Authority} {what} for {subject}; it was refused.");
    }
}
