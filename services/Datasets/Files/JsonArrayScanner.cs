using System.Text.Json;
using MultiModalMesh.Datasets.Examples;

namespace MultiModalMesh.Datasets.Files;

/// <summary>
/// Reads the elements of the arrays in a JSON file one by one, with where they lie, in memory for one element: the published annotation
/// files have up to gigabytes. The file is one array, or an object whose properties are arrays.
/// </summary>
internal sealed class JsonArrayScanner : IDisposable
{
    private const int MaxElementBytes = 256 * 1024 * 1024;

    private static readonly JsonReaderOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip };

    private readonly FileStream _file;
    private readonly HashSet<string> _wanted;
    private byte[] _buffer;
    private JsonReaderState _state = new(Lenient);
    private long _offset;
    private int _start, _end;
    private bool _isEnd;
    private string? _property, _array;
    private int _arrayDepth;
    private long _record;

    /// <param name="path">UTF-8, with or without a byte order mark.</param>
    /// <param name="wanted">Names of the properties whose elements are wanted; an empty name for a file that is one array.</param>
    /// <param name="bufferBytes">To begin with; grows to the largest element.</param>
    public JsonArrayScanner(string path, IEnumerable<string> wanted, int bufferBytes = 1 << 20)
    {
        _file = File.OpenRead(path);
        _wanted = [.. wanted];
        _buffer = new byte[bufferBytes];
        Fill();
        if (_buffer.AsSpan(0, _end).StartsWith<byte>([0xEF, 0xBB, 0xBF]))
        {
            _start = 3;
        }
    }

    /// <summary>The next element, or null at the end of the file. Its bytes are valid until the next call.</summary>
    /// <exception cref="DatasetRecordException">The file is not valid JSON from there on.</exception>
    public ScannedElement? Next()
    {
        while (true)
        {
            var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), _isEnd, _state);
            try
            {
                if (Advance(ref reader) is { } element)
                {
                    return element;
                }
            }
            catch (JsonException e)
            {
                var at = _offset + _start + reader.BytesConsumed;
                throw new DatasetRecordException(new SourceLocation(_file.Name, _array is null ? 0 : _record + 1, at), $"is not valid JSON here: {JsonFailure.Sentence(e)}", e);
            }

            if (_isEnd)
            {
                return null;
            }

            Fill();
        }
    }

    public void Dispose() => _file.Dispose();

    private ScannedElement? Advance(ref Utf8JsonReader reader)
    {
        var (before, consumed) = (reader.CurrentState, (int)reader.BytesConsumed);
        while (reader.Read())
        {
            if (_array is null)
            {
                Enter(ref reader);
            }
            else if (reader.TokenType == JsonTokenType.EndArray && reader.CurrentDepth == _arrayDepth)
            {
                _array = null;
            }
            else
            {
                var begin = (int)reader.TokenStartIndex;
                if (!reader.TrySkip())
                {
                    // The element goes on beyond what was read: come again with more.
                    break;
                }

                var (offset, length) = (_offset + _start + begin, (int)reader.BytesConsumed - begin);
                var json = _buffer.AsMemory(_start + begin, length);
                Leave(reader.CurrentState, (int)reader.BytesConsumed);
                return new ScannedElement(_array, new SourceLocation(_file.Name, ++_record, offset), json);
            }

            (before, consumed) = (reader.CurrentState, (int)reader.BytesConsumed);
        }

        Leave(before, consumed);
        return null;
    }

    private void Enter(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName when reader.CurrentDepth == 1:
                _property = reader.GetString();
                break;
            case JsonTokenType.StartArray when (reader.CurrentDepth == 0 && _wanted.Contains("")) || (reader.CurrentDepth == 1 && _property is not null && _wanted.Contains(_property)):
                (_array, _arrayDepth, _record) = (reader.CurrentDepth == 0 ? "" : _property!, reader.CurrentDepth, 0);
                break;
        }
    }

    private void Leave(JsonReaderState state, int consumed)
    {
        _state = state;
        _start += consumed;
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _offset += _start;
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= MaxElementBytes)
            {
                throw new DatasetRecordException(new SourceLocation(_file.Name, _record + 1, _offset), $"has more than {MaxElementBytes >> 20} MiB, which no element of a published data set has.");
            }

            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = _file.Read(_buffer.AsSpan(_end));
        _end += read;
        _isEnd = read == 0;
    }
}

/// <param name="Array">The property whose array it is an element of.</param>
/// <param name="Source">Where it begins.</param>
/// <param name="Json">UTF-8.</param>
internal readonly record struct ScannedElement(string Array, SourceLocation Source, ReadOnlyMemory<byte> Json);
