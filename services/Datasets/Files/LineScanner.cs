using MultiModalMesh.Datasets.Examples;

namespace MultiModalMesh.Datasets.Files;

/// <summary>Reads the records of a text file one by one, with where they lie, in memory for one record.</summary>
internal sealed class LineScanner : IDisposable
{
    private const int MaxRecordBytes = 64 * 1024 * 1024;

    private readonly FileStream _file;
    private readonly byte? _separator;
    private byte[] _buffer = new byte[1 << 16];
    private long _offset, _record;
    private int _start, _end;
    private bool _isEnd;

    /// <param name="path">UTF-8, with or without a byte order mark; lines end with LF or CRLF.</param>
    /// <param name="separator">Where fields may be quoted, what is between them: then a record may go over several lines (RFC 4180). Null: every line is a record.</param>
    public LineScanner(string path, char? separator = null)
    {
        _file = File.OpenRead(path);
        _separator = (byte?)separator;
        Fill();
        if (_buffer.AsSpan(0, _end).StartsWith<byte>([0xEF, 0xBB, 0xBF]))
        {
            _start = 3;
        }
    }

    /// <summary>The next record without its line end, empty ones left out, or null at the end. Its bytes are valid until the next call.</summary>
    public ScannedLine? Next()
    {
        while (true)
        {
            var length = Length();
            while (length < 0)
            {
                if (_isEnd)
                {
                    length = _end - _start;
                    break;
                }

                Fill();
                length = Length();
            }

            if (length == 0 && _start == _end)
            {
                return null;
            }

            var line = _buffer.AsMemory(_start, length);
            var source = new SourceLocation(_file.Name, ++_record, _offset + _start);
            _start = Math.Min(_end, _start + length + 1);
            if (line.Span.EndsWith("\r"u8))
            {
                line = line[..^1];
            }

            if (line.Length > 0)
            {
                return new ScannedLine(source, line);
            }
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Bytes up to the line end, or -1 if that was not read yet.</summary>
    private int Length()
    {
        var bytes = _buffer.AsSpan(_start, _end - _start);
        if (_separator is not { } separator)
        {
            return bytes.IndexOf((byte)'\n');
        }

        var isQuoted = false;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == '"')
            {
                // A quote opens a field only at its start; elsewhere it is a character as any other.
                isQuoted = isQuoted ? false : i == 0 || bytes[i - 1] == separator || bytes[i - 1] == '"';
            }
            else if (bytes[i] == '\n' && !isQuoted)
            {
                return i;
            }
        }

        return -1;
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
            if (_buffer.Length >= MaxRecordBytes)
            {
                throw new DatasetRecordException(
                    new SourceLocation(_file.Name, _record + 1, _offset), $"has more than {MaxRecordBytes >> 20} MiB. A quote that is never closed? Otherwise it is no text file.");
            }

            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = _file.Read(_buffer.AsSpan(_end));
        _end += read;
        _isEnd = read == 0;
    }
}

/// <param name="Source">Where it begins.</param>
/// <param name="Text">UTF-8.</param>
internal readonly record struct ScannedLine(SourceLocation Source, ReadOnlyMemory<byte> Text);
