namespace MultiModalMesh.Inference.Templates;

/// <summary>
/// Cuts a template into tokens with the white space rules of <c>trim_blocks</c> and <c>lstrip_blocks</c>: the line break after a block tag and
/// the blanks before one on its line disappear, unless a <c>+</c> keeps them; a <c>-</c> takes all white space on its side.
/// </summary>
internal sealed class TemplateLexer(TemplateSource source)
{
    private static readonly string[] Operators =
        ["//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ","];

    private readonly string _text = source.Text;
    private readonly List<TemplateToken> _tokens = [];
    private int _position;
    private bool _atLineStart = true;

    public List<TemplateToken> Run()
    {
        while (_position < _text.Length)
        {
            var open = NextTag();
            if (open < 0)
            {
                AddText(_text[_position..]);
                _position = _text.Length;
                break;
            }

            Tag(open);
        }

        _tokens.Add(new TemplateToken(TokenKind.End, string.Empty, source.LineOf(_text.Length)));
        return _tokens;
    }

    private int NextTag()
    {
        for (var at = _text.IndexOf('{', _position); at >= 0 && at + 1 < _text.Length; at = _text.IndexOf('{', at + 1))
        {
            if (_text[at + 1] is '{' or '%' or '#')
            {
                return at;
            }
        }

        return -1;
    }

    private void Tag(int open)
    {
        var kind = _text[open + 1];
        var after = open + 2;
        var sign = after < _text.Length && _text[after] is '-' or '+' ? _text[after] : '\0';
        if (sign != '\0')
        {
            after++;
        }

        AddText(Before(_position, open, sign, strip: kind != '{'));
        _position = after;
        switch (kind)
        {
            case '#':
                SkipComment(open);
                break;
            case '%' when RawBody(after) is { } body:
                Raw(open, body);
                break;
            default:
                _tokens.Add(new TemplateToken(kind == '{' ? TokenKind.VariableBegin : TokenKind.BlockBegin, string.Empty, source.LineOf(open)));
                Code(open, kind == '{' ? '}' : '%');
                break;
        }
    }

    /// <summary>The text before a tag without the blanks that the tag takes away.</summary>
    private string Before(int start, int end, char sign, bool strip)
    {
        var text = _text.AsSpan(start, end - start);
        if (sign == '-')
        {
            return PythonText.TrimEnd(text).ToString();
        }

        if (sign == '\0' && strip)
        {
            var line = text.LastIndexOf('\n') + 1;
            if ((line > 0 || _atLineStart) && PythonText.TrimEnd(text[line..]).IsEmpty)
            {
                return text[..line].ToString();
            }
        }

        return text.ToString();
    }

    private void SkipComment(int open)
    {
        var close = _text.IndexOf("#}", _position, StringComparison.Ordinal);
        if (close < 0)
        {
            throw source.Refuse(source.LineOf(open), "the comment '{#' is not closed");
        }

        CloseTag(close, close > _position ? _text[close - 1] : '\0', trimLine: true);
    }

    /// <summary>Where the text of a raw block begins, or null if the tag is another one.</summary>
    private int? RawBody(int after)
    {
        var at = SkipSpace(after);
        if (string.CompareOrdinal(_text, at, "raw", 0, 3) != 0)
        {
            return null;
        }

        at = SkipSpace(at + 3);
        return string.CompareOrdinal(_text, at, "%}", 0, 2) == 0 ? at + 2
            : string.CompareOrdinal(_text, at, "-%}", 0, 3) == 0 ? SkipSpace(at + 3) : null;
    }

    private void Raw(int open, int body)
    {
        _position = body;
        _atLineStart = _text[body - 1] == '\n';
        for (var at = _text.IndexOf("{%", body, StringComparison.Ordinal); at >= 0; at = _text.IndexOf("{%", at + 2, StringComparison.Ordinal))
        {
            var sign = at + 2 < _text.Length && _text[at + 2] is '-' or '+' ? _text[at + 2] : '\0';
            var name = SkipSpace(at + (sign == '\0' ? 2 : 3));
            if (string.CompareOrdinal(_text, name, "endraw", 0, 6) != 0)
            {
                continue;
            }

            var close = SkipSpace(name + 6);
            var closeSign = close < _text.Length && _text[close] is '-' or '+' ? _text[close++] : '\0';
            if (string.CompareOrdinal(_text, close, "%}", 0, 2) == 0)
            {
                AddText(Before(body, at, sign, strip: true));
                CloseTag(close, closeSign, trimLine: true);
                return;
            }
        }

        throw source.Refuse(source.LineOf(open), "the block 'raw' is not closed");
    }

    /// <summary>Moves behind a two-character closing tag and the white space that it takes with it.</summary>
    private void CloseTag(int close, char sign, bool trimLine)
    {
        _position = close + 2;
        if (sign == '-')
        {
            _position = SkipSpace(_position);
        }
        else if (sign != '+' && trimLine && _position < _text.Length && _text[_position] == '\n')
        {
            _position++;
        }

        _atLineStart = _text[_position - 1] == '\n';
    }

    private void Code(int open, char closer)
    {
        var nesting = new Stack<char>();
        while (true)
        {
            _position = SkipSpace(_position);
            if (_position >= _text.Length)
            {
                throw source.Refuse(source.LineOf(open), $"the tag '{_text.AsSpan(open, 2)}' is not closed");
            }

            if (nesting.Count == 0 && Closes(closer))
            {
                return;
            }

            Next(nesting);
        }
    }

    private bool Closes(char closer)
    {
        var sign = _text[_position] == '-' || (_text[_position] == '+' && closer == '%') ? _text[_position] : '\0';
        var at = sign == '\0' ? _position : _position + 1;
        if (at + 1 >= _text.Length || _text[at] != closer || _text[at + 1] != '}')
        {
            return false;
        }

        _tokens.Add(new TemplateToken(closer == '}' ? TokenKind.VariableEnd : TokenKind.BlockEnd, string.Empty, source.LineOf(at)));
        CloseTag(at, sign, trimLine: closer == '%');
        return true;
    }

    private void Next(Stack<char> nesting)
    {
        var start = _position;
        var line = source.LineOf(start);
        var first = _text[start];
        if (char.IsLetter(first) || first == '_')
        {
            while (_position < _text.Length && (char.IsLetterOrDigit(_text[_position]) || _text[_position] == '_'))
            {
                _position++;
            }

            _tokens.Add(new TemplateToken(TokenKind.Name, _text[start.._position], line));
        }
        else if (char.IsAsciiDigit(first))
        {
            var afterDot = _tokens.Count > 0 && _tokens[^1].Is(TokenKind.Operator, "."); // a.0.1 has no fractions
            _tokens.Add(NumberLiteral.Read(source, ref _position, allowsFraction: !afterDot));
        }
        else if (first is '\'' or '"')
        {
            _tokens.Add(new TemplateToken(TokenKind.String, StringLiteral.Read(source, ref _position), line));
        }
        else
        {
            var operation = Array.Find(Operators, o => string.CompareOrdinal(_text, start, o, 0, o.Length) == 0)
                ?? throw source.Refuse(line, $"the character '{first}' is not known here");
            Nest(nesting, operation, line);
            _position += operation.Length;
            _tokens.Add(new TemplateToken(TokenKind.Operator, operation, line));
        }
    }

    private void Nest(Stack<char> nesting, string operation, int line)
    {
        if (operation is "(" or "[" or "{")
        {
            nesting.Push(operation switch { "(" => ')', "[" => ']', _ => '}' });
        }
        else if (operation is ")" or "]" or "}" && (!nesting.TryPop(out var expected) || expected != operation[0]))
        {
            throw source.Refuse(line, $"'{operation}' closes nothing");
        }
    }

    private int SkipSpace(int position)
    {
        while (position < _text.Length && PythonText.IsSpace(_text[position]))
        {
            position++;
        }

        return position;
    }

    private void AddText(string text)
    {
        if (text.Length > 0)
        {
            _tokens.Add(new TemplateToken(TokenKind.Text, text, source.LineOf(_position)));
        }
    }
}
