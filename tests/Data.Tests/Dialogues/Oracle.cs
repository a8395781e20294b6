using System.Text.RegularExpressions;
using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Data.Tests.Dialogues;

/// <summary>
/// Answers questions from the scene's coordinates and the question's text alone. Shares no code with the writer, so that both must be right to agree.
/// </summary>
internal sealed partial class Oracle
{
    private static readonly string[] Numbers = ["None", "One", "Two", "Three", "Four"];
    private readonly Scene _scene;
    private readonly Dictionary<string, int> _kindOf = [];
    private readonly Regex _nouns;
    private int _it = -1;
    private string _them = "";
    private string _side = "";

    public Oracle(Scene scene)
    {
        _scene = scene;
        foreach (var kind in World.Art.Kinds)
        {
            _kindOf[kind.Plural] = kind.Id;
            _kindOf[kind.Singular] = kind.Id;
        }

        _nouns = new Regex($@"\b({string.Join('|', _kindOf.Keys.OrderByDescending(n => n.Length).Select(Regex.Escape))})\b");
    }

    public string Answer(DialogueTurn turn)
    {
        var question = turn.Question.ToLowerInvariant();
        var nouns = _nouns.Matches(question).Select(m => m.Value).ToArray();
        return turn.Kind switch
        {
            QuestionKind.What => About(0, Name(0)),
            QuestionKind.Caption => Caption(question),
            QuestionKind.CountKind => Count(nouns),
            QuestionKind.CountObjects => Numbers[_scene.Objects.Count] + ".",
            QuestionKind.Background => Capital(Colours.Names[_scene.Background]),
            QuestionKind.Where => Where(question, nouns),
            QuestionKind.RelationWhat => RelationWhat(question, nouns),
            QuestionKind.RelationYesNo => RelationYesNo(question, nouns),
            QuestionKind.Presence => Presence(nouns[0]),
            QuestionKind.NameAt => NameAt(Cells().Match(question).Value),
            _ => turn.Answer,
        };
    }

    [GeneratedRegex("at the top left|at the top right|at the top|on the left|in the middle|on the right|at the bottom left|at the bottom right|at the bottom")]
    private static partial Regex Cells();

    [GeneratedRegex(@"\b(left of|right of|above|over|below|under|beneath)\b")]
    private static partial Regex Sides();

    private string Count(string[] nouns)
    {
        _them = nouns.Length > 0 ? nouns[0] : _them;
        return Numbers[_scene.Objects.Count(o => o.Kind == _kindOf[_them])] + ".";
    }

    private string Presence(string noun)
    {
        _them = noun;
        var found = Of(noun).ToArray();
        _it = found.Length == 1 ? found[0] : -1;
        return found.Length > 0 ? "Yes." : "No.";
    }

    private string Where(string question, string[] nouns)
    {
        var subject = question.Contains("other", StringComparison.Ordinal) ? Enumerable.Range(0, 2).Single(i => i != _it)
            : nouns.Length > 0 ? Of(nouns[0]).Single() : _it;
        return About(subject, Place(subject));
    }

    private string NameAt(string cell)
    {
        var found = LeftToRight().Where(i => Place(i) == cell).ToArray();
        _it = found.Length == 1 ? found[0] : -1;
        return List(found);
    }

    private string RelationWhat(string question, string[] nouns)
    {
        if (Sides().Match(question) is not { Success: true } side)
        {
            var furthest = Furthest(question);
            return About(furthest, Name(furthest));
        }

        _it = nouns.Length > 0 ? Of(nouns[0]).Single() : _it;
        return List(Enumerable.Range(0, _scene.Objects.Count).Where(i => i != _it && IsOn(side.Value, i, _it)).OrderBy(i => Squared(i, _it)));
    }

    private string RelationYesNo(string question, string[] nouns)
    {
        if (Cells().Match(question) is { Success: true } cell)
        {
            var subject = nouns.Length > 0 ? Of(nouns[0]).Single() : _it;
            _it = subject;
            return Place(subject) == cell.Value ? "Yes." : "No.";
        }

        if (Sides().Match(question) is { Success: true } side)
        {
            _side = side.Value;
            _it = Of(nouns[1]).Single();
        }

        return IsOn(_side, Of(nouns[0]).Single(), _it) ? "Yes." : "No.";
    }

    private string Caption(string question)
    {
        _it = -1;
        var background = Colours.Names[_scene.Background];
        var on = $"on {(background == "orange" ? "an" : "a")} {background} background.";
        if (question.Contains("detail", StringComparison.Ordinal) || question.Contains("where", StringComparison.Ordinal))
        {
            return Capital($"{Join(LeftToRight().Select(i => $"{Name(i)} {Place(i)}"))} {on}"[..^1]);
        }

        var list = List(LeftToRight())[..^1];
        return question.StartsWith('w') && !question.StartsWith("write", StringComparison.Ordinal)
            ? $"There {(Numbers.Contains(list.Split(' ')[0]) ? "are" : "is")} {char.ToLowerInvariant(list[0])}{list[1..]}."
            : $"{list} {on}";
    }

    private int Furthest(string question) =>
        question.Contains("left", StringComparison.Ordinal) ? LeftToRight().First()
        : question.Contains("right", StringComparison.Ordinal) ? LeftToRight().Last()
        : question.Contains("high", StringComparison.Ordinal) || question.Contains("top", StringComparison.Ordinal) ? Enumerable.Range(0, _scene.Objects.Count).MinBy(i => _scene.Objects[i].CenterY)
        : Enumerable.Range(0, _scene.Objects.Count).MaxBy(i => _scene.Objects[i].CenterY);

    private bool IsOn(string side, int subject, int anchor)
    {
        var right = _scene.Objects[subject].CenterX - _scene.Objects[anchor].CenterX;
        var down = _scene.Objects[subject].CenterY - _scene.Objects[anchor].CenterY;
        return side switch
        {
            "left of" => right < -0.08 && Math.Abs(right) >= Math.Abs(down),
            "right of" => right > 0.08 && Math.Abs(right) >= Math.Abs(down),
            "above" or "over" => down < -0.08 && Math.Abs(down) >= Math.Abs(right),
            _ => down > 0.08 && Math.Abs(down) >= Math.Abs(right),
        };
    }

    private string Place(int index)
    {
        var (x, y) = (_scene.Objects[index].CenterX, _scene.Objects[index].CenterY);
        var column = x < 1 / 3f ? "left" : x > 2 / 3f ? "right" : "";
        var row = y < 1 / 3f ? "top" : y > 2 / 3f ? "bottom" : "";
        return (row, column) switch
        {
            ("", "") => "in the middle",
            ("", _) => $"on the {column}",
            (_, "") => $"at the {row}",
            _ => $"at the {row} {column}",
        };
    }

    private string About(int subject, string text)
    {
        _it = subject;
        _them = World.KindOf(_scene.Objects[subject]).Plural;
        return Capital(text);
    }

    private string Name(int index)
    {
        var noun = World.KindOf(_scene.Objects[index]).Singular;
        return $"{(Regex.IsMatch(noun, "^([aeio]|um|hour)") ? "an" : "a")} {noun}";
    }

    private string List(IEnumerable<int> objects)
    {
        var all = objects.ToArray();
        var parts = all.GroupBy(i => _scene.Objects[i].Kind)
            .Select(g => g.Count() == 1 ? Name(g.First()) : $"{Numbers[g.Count()].ToLowerInvariant()} {World.Art.Kinds[g.Key].Plural}");
        return all.Length == 0 ? "Nothing." : Capital(Join(parts));
    }

    private IEnumerable<int> LeftToRight() => Enumerable.Range(0, _scene.Objects.Count).OrderBy(i => _scene.Objects[i].CenterX);

    private IEnumerable<int> Of(string noun) => Enumerable.Range(0, _scene.Objects.Count).Where(i => _scene.Objects[i].Kind == _kindOf[noun]);

    private double Squared(int a, int b) =>
        Math.Pow(_scene.Objects[a].CenterX - _scene.Objects[b].CenterX, 2) + Math.Pow(_scene.Objects[a].CenterY - _scene.Objects[b].CenterY, 2);

    private static string Join(IEnumerable<string> parts)
    {
        var text = string.Join(", ", parts);
        var last = text.LastIndexOf(", ", StringComparison.Ordinal);
        return last < 0 ? text : $"{text[..last]} and {text[(last + 2)..]}";
    }

    private static string Capital(string text) => $"{char.ToUpperInvariant(text[0])}{text[1..]}.";
}
