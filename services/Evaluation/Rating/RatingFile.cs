using System.Text.Json;
using System.Text.Json.Serialization;
using MultiModalMesh.Errors;
using MultiModalMesh.Evaluation.Items;

namespace MultiModalMesh.Evaluation.Rating;

/// <summary>Ratings as JSON lines. Each is on the disk before it is acknowledged; a line that a crash tore is dropped.</summary>
public sealed class RatingFile : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    private readonly FileStream _stream;
    private readonly List<PairRating> _ratings;
    private readonly Lock _gate = new();

    private RatingFile(FileStream stream, List<PairRating> ratings) => (_stream, _ratings) = (stream, ratings);

    public string Path => _stream.Name;

    /// <summary>All so far, oldest first.</summary>
    public IReadOnlyList<PairRating> Ratings
    {
        get
        {
            lock (_gate)
            {
                return [.. _ratings];
            }
        }
    }

    /// <exception cref="MeshException">EvaluationFileInvalid: another program has it, or a line is no rating.</exception>
    public static RatingFile Open(string path)
    {
        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DataFile(path).Refuse("the file", $"it cannot be opened for writing: {failure.Message.TrimEnd('.')}", failure);
        }

        try
        {
            using var reader = new StreamReader(stream, leaveOpen: true);
            var text = reader.ReadToEnd();
            var whole = text[..(text.LastIndexOf('\n') + 1)];
            var ratings = Parse(new DataFile(path), whole);
            stream.SetLength(System.Text.Encoding.UTF8.GetByteCount(whole));
            stream.Seek(0, SeekOrigin.End);
            return new RatingFile(stream, ratings);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <exception cref="MeshException">EvaluationFileInvalid, with the line.</exception>
    public static IReadOnlyList<PairRating> Read(string path)
    {
        var file = new DataFile(path);
        return Parse(file, file.ReadText());
    }

    public void Add(PairRating rating)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(rating, Json), (byte)'\n'];
        lock (_gate)
        {
            _stream.Write(line);
            _stream.Flush(flushToDisk: true);
            _ratings.Add(rating);
        }
    }

    public void Dispose() => _stream.Dispose();

    private static List<PairRating> Parse(DataFile file, string text)
    {
        var ratings = new List<PairRating>();
        foreach (var (record, value) in file.ReadJsonLines(text))
        {
            foreach (var field in (string[])["rater", "item", "a", "b"])
            {
                file.Text(value, field, record);
            }

            try
            {
                ratings.Add(value.Deserialize<PairRating>(Json)!);
            }
            catch (JsonException failure)
            {
                throw file.Refuse(record, $"{failure.Path} has a value that no rating has", failure);
            }
        }

        return ratings;
    }
}
