using System.Text;
using System.Text.Json;
using MultiModalMesh.Errors;
using MultiModalMesh.Mesh.Client;

namespace MultiModalMesh.Mesh.CommandLine.Jobs;

/// <summary>A job's results in a file, one JSON object a line, in the order of their numbers. What an interruption left behind is gone on from.</summary>
internal sealed class ResultFile : IAsyncDisposable
{
    private readonly FileStream _stream;

    private ResultFile(FileStream stream, int lastNumber) => (_stream, LastNumber) = (stream, lastNumber);

    /// <summary>Of the results that are in the file; 0 if there are none.</summary>
    public int LastNumber { get; private set; }

    /// <exception cref="MeshException">The file cannot be written, or has something else in it.</exception>
    public static async Task<ResultFile> OpenAsync(FileInfo file, MeshClient client, string jobId, CancellationToken cancellationToken)
    {
        FileStream stream;
        try
        {
            stream = new FileStream(file.FullName, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MeshException(ErrorReason.StorageFailed, $"'{file.FullName}' cannot be written: {e.Message}", e);
        }

        try
        {
            var (count, whole, first) = await ReadAsync(stream, cancellationToken);
            if (first is not null && first != await FirstAsync(client, jobId, cancellationToken))
            {
                throw new MeshException(ErrorReason.InvalidRequest, $"'{file.FullName}' has something other than results of the job '{jobId}' in it; name another file.");
            }

            // Half a line is what was being written when the command was killed.
            stream.SetLength(whole);
            stream.Position = whole;
            return new ResultFile(stream, count);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    public async Task AppendAsync(JobEvent result, CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(result.Line + "\n"), cancellationToken);
        await _stream.FlushAsync(cancellationToken);
        LastNumber = result.Number;
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private static async Task<(int Count, long Whole, string? First)> ReadAsync(FileStream stream, CancellationToken cancellationToken)
    {
        var (count, whole, position) = (0, 0L, 0L);
        var first = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            for (var i = 0; i < read; i++)
            {
                if (buffer[i] == '\n')
                {
                    count++;
                    whole = position + i + 1;
                }
                else if (count == 0)
                {
                    first.WriteByte(buffer[i]);
                }
            }

            position += read;
        }

        return (count, whole, count > 0 ? Encoding.UTF8.GetString(first.ToArray()) : null);
    }

    private static async Task<string?> FirstAsync(MeshClient client, string jobId, CancellationToken cancellationToken)
    {
        await foreach (var line in client.ReadJobAsync(jobId, 0, cancellationToken))
        {
            return line;
        }

        return null;
    }
}
