using System.Text;
using System.Text.Json;
using MultiModalMesh.Errors;
using MultiModalMesh.Evaluation.Items;

namespace MultiModalMesh.Evaluation.ModelRuns;

/// <summary>
/// A run's answers as JSON lines, each written through before the next item counts as answered: a run that was killed goes on where it stopped. Items that
/// failed are asked again; the last line of an item counts.
/// </summary>
public sealed class RunFile : IAsyncDisposable
{
    private readonly FileStream? _stream;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Dictionary<(string Id, string? Part), Prediction> _predictions;

    private RunFile(FileStream? stream, Dictionary<(string Id, string? Part), Prediction> predictions) => (_stream, _predictions) = (stream, predictions);

    public IReadOnlyDictionary<(string Id, string? Part), Prediction> Predictions => _predictions;

    /// <param name="path">Created if it is not there; null keeps the answers in memory.</param>
    /// <param name="header">What is about to be run.</param>
    /// <exception cref="MeshException">EvaluationRunMismatch: the file is of another run. EvaluationFileInvalid: it is no run file.</exception>
    public static RunFile Open(string? path, RunHeader header)
    {
        if (path is null)
        {
            return new RunFile(null, []);
        }

        FileStream stream;
        try
        {
            // Not shared: two runs that write one file at once would both be lost.
            stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DataFile(path).Refuse("the file", $"it cannot be opened for writing: {failure.Message.TrimEnd('.')}", failure);
        }

        try
        {
            DropTornLine(stream);
            Dictionary<(string, string?), Prediction> predictions = [];
            if (stream.Length == 0)
            {
                Write(stream, new { run = header });
            }
            else
            {
                using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
                var text = reader.ReadToEnd();
                Check(path, RunReader.ReadHeader(text.Split('\n')[0]), header);
                predictions = RunReader.ReadLines(new DataFile(path), text);
            }

            stream.Seek(0, SeekOrigin.End);
            return new RunFile(stream, predictions);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Whether the item has an answer; one that failed has none.</summary>
    public bool Has(string id, string? part = null) => _predictions.TryGetValue((id, part), out var known) && known.Error is null;

    public async Task AddAsync(Prediction prediction, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            _predictions[prediction.Key] = prediction;
            if (_stream is not null)
            {
                Write(_stream, prediction);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _writing.Dispose();
        if (_stream is not null)
        {
            await _stream.DisposeAsync();
        }
    }

    private static void Write(FileStream stream, object line)
    {
        // One write a line: a process that is killed leaves at most one line torn.
        stream.Write([.. JsonSerializer.SerializeToUtf8Bytes(line, RunReader.Json), (byte)'\n']);
        stream.Flush();
    }

    private static void DropTornLine(FileStream stream)
    {
        var length = stream.Length;
        while (length > 0)
        {
            stream.Position = length - 1;
            if (stream.ReadByte() == '\n')
            {
                break;
            }

            length--;
        }

        stream.SetLength(length);
        stream.Position = 0;
    }

    private static void Check(string path, RunHeader? stored, RunHeader wanted)
    {
        if (stored is null)
        {
            throw new DataFile(path).Refuse("line 1", "it does not say what was run; this is not a file that 'mesh eval --run' wrote");
        }

        (string Field, string Stored, string Wanted)[] fields =
            [("task", stored.Task, wanted.Task), ("model", stored.Model, wanted.Model), ("prompt", stored.Prompt, wanted.Prompt), ("data set", stored.Items, wanted.Items)];
        if (fields.FirstOrDefault(field => field.Stored != field.Wanted) is { Field: not null } other)
        {
            throw new MeshException(
                ErrorReason.EvaluationRunMismatch,
                $"'{path}' is a run with another {other.Field}: '{other.Stored}', not '{other.Wanted}'. Name another file with --run, or delete this one.")
            { Field = other.Field };
        }
    }
}
