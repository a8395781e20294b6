using System.Globalization;
using Microsoft.Data.Sqlite;
using MultiModalMesh.Datasets.Examples;

namespace MultiModalMesh.Datasets.Index;

/// <summary>Tells where an example's parts lie. Safe for concurrent use.</summary>
internal sealed class DatasetIndex : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Lock _gate = new();
    private readonly SqliteCommand _find, _parts;
    private readonly Dictionary<long, string> _files;
    private readonly string? _temporary;

    /// <param name="path">A finished index.</param>
    /// <param name="isTemporary">Deleted with this object.</param>
    public DatasetIndex(string path, bool isTemporary)
    {
        _temporary = isTemporary ? path : null;
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        _connection.Open();
        Names = Rows("SELECT kind, id, name FROM names", r => ((r.GetString(0), r.GetString(1)), r.GetString(2))).ToDictionary();
        _files = Rows("SELECT id, path FROM files", r => (r.GetInt64(0), r.GetString(1))).ToDictionary();
        Counts = Rows("SELECT split, COUNT(*) FROM examples GROUP BY split", r => ((Split)r.GetInt32(0), r.GetInt64(1))).ToDictionary();
        _find = _connection.CreateCommand();
        _find.CommandText = """
            SELECT found.key, found.file, found.record, found.offset, picture, picture_offset, picture_length, label
            FROM examples JOIN found ON found.rowid = examples.found WHERE examples.split = $split AND ordinal = $ordinal
            """;
        _find.Parameters.Add("$split", SqliteType.Integer);
        _find.Parameters.Add("$ordinal", SqliteType.Integer);
        _parts = _connection.CreateCommand();
        _parts.CommandText = "SELECT kind, file, record, offset, length FROM parts WHERE key = $key ORDER BY rowid";
        _parts.Parameters.Add("$key", SqliteType.Text);
    }

    /// <summary>By kind and id; few, such as the categories of COCO.</summary>
    public IReadOnlyDictionary<(string Kind, string Id), string> Names { get; }

    public IReadOnlyDictionary<Split, long> Counts { get; }

    public string Format => Names[("index", "format")];

    /// <summary>Those that were kept may be fewer.</summary>
    public long ProblemCount => long.Parse(Names[("index", "problems")], CultureInfo.InvariantCulture);

    public IReadOnlyList<DatasetProblem> Problems(int limit) =>
    [
        .. Rows($"SELECT file, record, offset, message FROM problems ORDER BY rowid LIMIT {limit}",
            r => new DatasetProblem(new SourceLocation(r.GetString(0), r.GetInt64(1), r.GetInt64(2)), r.GetString(3))),
    ];

    public IndexedExample Find(Split split, long ordinal)
    {
        lock (_gate)
        {
            _find.Parameters["$split"].Value = (int)split;
            _find.Parameters["$ordinal"].Value = ordinal;
            IndexedExample found;
            using (var reader = _find.ExecuteReader())
            {
                ArgumentOutOfRangeException.ThrowIfEqual(reader.Read(), false, nameof(ordinal));
                var picture = reader.IsDBNull(4) ? null : new PictureLocation(reader.GetString(4), reader.GetInt64(5), reader.IsDBNull(6) ? null : reader.GetInt64(6));
                found = new IndexedExample(reader.GetString(0), Location(reader, 1), picture, reader.IsDBNull(7) ? null : reader.GetString(7), []);
            }

            _parts.Parameters["$key"].Value = found.Id;
            using var parts = _parts.ExecuteReader();
            while (parts.Read())
            {
                found.Parts.Add(new Part(parts.GetInt32(0), Location(parts, 1), parts.GetInt32(4)));
            }

            return found;
        }
    }

    public void Dispose()
    {
        _find.Dispose();
        _parts.Dispose();
        _connection.Dispose();
        if (_temporary is not null)
        {
            File.Delete(_temporary);
        }
    }

    private SourceLocation Location(SqliteDataReader reader, int column) => new(_files[reader.GetInt64(column)], reader.GetInt64(column + 1), reader.GetInt64(column + 2));

    private List<T> Rows<T>(string query, Func<SqliteDataReader, T> map)
    {
        lock (_gate)
        {
            using var command = _connection.CreateCommand();
            command.CommandText = query;
            using var reader = command.ExecuteReader();
            var rows = new List<T>();
            while (reader.Read())
            {
                rows.Add(map(reader));
            }

            return rows;
        }
    }
}

/// <param name="Parts">In the order in which they were found.</param>
internal sealed record IndexedExample(string Id, SourceLocation Source, PictureLocation? Picture, string? Label, List<Part> Parts);

/// <param name="Kind">The format's own.</param>
/// <param name="Length">In bytes.</param>
internal readonly record struct Part(int Kind, SourceLocation Source, int Length);
