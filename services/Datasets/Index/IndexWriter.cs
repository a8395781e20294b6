using Microsoft.Data.Sqlite;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Datasets.Files;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Datasets.Index;

/// <summary>
/// Collects where everything about each example lies in the files of a data set. On disk, so that memory does not grow with the data set; the
/// texts stay where they are.
/// </summary>
internal sealed class IndexWriter : IDisposable
{
    private const int ReportedProblems = 10_000;

    private readonly SqliteConnection _connection;
    private readonly OnError _onError;
    private readonly Dictionary<string, long> _files = new(StringComparer.Ordinal);
    private readonly SqliteCommand _addExample, _addPart, _addId, _addName, _addProblem;
    private readonly SqliteTransaction _transaction;
    private long _problems;

    public IndexWriter(string path, OnError onError)
    {
        _onError = onError;
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        _connection.Open();

        // A crash leaves a file that is never renamed into place: durability within it would only cost time.
        Execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;" + IndexSchema.Tables);
        _transaction = _connection.BeginTransaction();
        _addExample = Prepare("INSERT OR IGNORE INTO found(key, split, file, record, offset, picture, picture_offset, picture_length, label) VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8)", 9);
        _addPart = Prepare("INSERT INTO parts(key, kind, file, record, offset, length) VALUES ($0, $1, $2, $3, $4, $5)", 6);
        _addId = Prepare("INSERT OR IGNORE INTO ids(kind, id) VALUES ($0, $1)", 2);
        _addName = Prepare("INSERT OR REPLACE INTO names(kind, id, name) VALUES ($0, $1, $2)", 3);
        _addProblem = Prepare("INSERT INTO problems(file, record, offset, message) VALUES ($0, $1, $2, $3)", 4);
    }

    /// <param name="key">The example's id.</param>
    /// <param name="split">Null: to be chosen by the id.</param>
    /// <param name="label">Its class, where no part says it.</param>
    /// <returns>False if one of that id is there already; nothing was changed.</returns>
    public bool AddExample(string key, Split? split, SourceLocation source, PictureLocation? picture, string? label = null) =>
        Run(_addExample, key, (object?)(int?)split ?? DBNull.Value, FileId(source.File), source.Record, source.Offset,
            (object?)picture?.File ?? DBNull.Value, picture?.Offset ?? 0, (object?)picture?.Length ?? DBNull.Value,
            (object?)label ?? DBNull.Value) == 1;

    /// <param name="key">Of the example it belongs to, which may still be to come.</param>
    /// <param name="kind">The format's own.</param>
    public void AddPart(string key, int kind, SourceLocation source, int length) =>
        Run(_addPart, key, kind, FileId(source.File), source.Record, source.Offset, length);

    /// <exception cref="DatasetRecordException">An id of that kind came before.</exception>
    public void Claim(string kind, string id, SourceLocation source)
    {
        if (Run(_addId, kind, id) == 0)
        {
            throw new DatasetRecordException(source, $"has the {kind} '{id}', which an earlier record has.");
        }
    }

    /// <summary>Remembers a name that other records point at by an id.</summary>
    public void AddName(string kind, string id, string name) => Run(_addName, kind, id, name);

    /// <summary>Indexes one record; what is wrong with it ends the work or is reported, as the user wished.</summary>
    public void Try(Action record)
    {
        try
        {
            record();
        }
        catch (DatasetRecordException e)
        {
            Report(e.Problem, e);
        }
    }

    /// <exception cref="MeshException">DatasetInvalid, unless problems are skipped.</exception>
    public void Report(DatasetProblem problem, Exception? cause = null)
    {
        if (_onError == OnError.Stop)
        {
            throw new MeshException(ErrorReason.DatasetInvalid, $"{problem} Mend it, or leave such records out with --on-error skip.", cause);
        }

        // The count goes on; a file of nothing but errors must not fill the disk with their sentences.
        if (_problems++ < ReportedProblems)
        {
            Run(_addProblem, problem.Source.File, problem.Source.Record, problem.Source.Offset, problem.Message);
        }
    }

    /// <summary>Numbers the examples of every split and reports what belongs to none.</summary>
    public void Finish(string format, DatasetOptions options)
    {
        Execute("CREATE INDEX parts_of ON parts(key);");
        ReportOrphans();
        using (var choose = Prepare("UPDATE found SET split = $1 WHERE key = $0", 2))
        {
            foreach (var key in Column("SELECT key FROM found WHERE split IS NULL"))
            {
                Run(choose, key, (int)SplitChoice.Of(key, options));
            }
        }

        Execute(IndexSchema.Numbering);
        AddName("index", "format", format);
        AddName("index", "problems", _problems.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Execute("DROP TABLE ids;");
        _transaction.Commit();
    }

    public void Dispose()
    {
        foreach (var command in new[] { _addExample, _addPart, _addId, _addName, _addProblem })
        {
            command.Dispose();
        }

        _transaction.Dispose();
        _connection.Dispose();
    }

    private void ReportOrphans()
    {
        using var command = Prepare(
            "SELECT files.path, parts.record, parts.offset, parts.key FROM parts JOIN files ON files.id = parts.file WHERE parts.key NOT IN (SELECT key FROM found) ORDER BY parts.rowid", 0);
        var orphans = new List<DatasetProblem>();
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read() && orphans.Count < ReportedProblems)
            {
                orphans.Add(new DatasetProblem(
                    new SourceLocation(reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2)), $"belongs to the picture '{reader.GetString(3)}', which is not there."));
            }
        }

        orphans.ForEach(problem => Report(problem));
    }

    /// <summary>Read whole before it is used: writing while a query runs is undefined in SQLite.</summary>
    private List<string> Column(string query)
    {
        using var command = Prepare(query, 0);
        using var reader = command.ExecuteReader();
        var values = new List<string>();
        while (reader.Read())
        {
            values.Add(reader.GetString(0));
        }

        return values;
    }

    private long FileId(string path)
    {
        if (!_files.TryGetValue(path, out var id))
        {
            id = _files.Count + 1;
            _files.Add(path, id);
            using var command = Prepare("INSERT INTO files(id, path) VALUES ($0, $1)", 2);
            Run(command, id, path);
        }

        return id;
    }

    private void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = _transaction;
        command.ExecuteNonQuery();
    }

    private SqliteCommand Prepare(string sql, int parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = _transaction;
        for (var i = 0; i < parameters; i++)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
        }

        return command;
    }

    private static int Run(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }

        return command.ExecuteNonQuery();
    }
}
