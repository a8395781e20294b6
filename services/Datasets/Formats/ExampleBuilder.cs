using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Datasets.Index;

namespace MultiModalMesh.Datasets.Formats;

/// <summary>An example while its parts come in.</summary>
internal sealed class ExampleBuilder(IndexedExample indexed, IReadOnlyDictionary<(string Kind, string Id), string> names)
{
    private readonly List<QuestionDraft> _questions = [];

    /// <summary>For finding out whether a record can be read, before it is known whose it is.</summary>
    public static ExampleBuilder Trial(SourceLocation source) => new(new IndexedExample("", source, null, null, []), new Dictionary<(string, string), string>());

    public string Id => indexed.Id;

    public List<string> Captions { get; } = [];

    public List<Turn> Turns { get; } = [];

    public List<ObjectBox> Objects { get; } = [];

    public List<Region> Regions { get; } = [];

    public List<Relationship> Relationships { get; } = [];

    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    public string? Label { get; set; } = indexed.Label;

    /// <summary>What an id of the files stands for, or null.</summary>
    public string? Name(string kind, string id) => names.GetValueOrDefault((kind, id));

    /// <summary>The question of that id; its text and answers may come from different files.</summary>
    public QuestionDraft Question(string? id = null)
    {
        id ??= $"{Id}#{_questions.Count + 1}";
        var draft = _questions.Find(q => q.Id == id);
        if (draft is null)
        {
            draft = new QuestionDraft(id);
            _questions.Add(draft);
        }

        return draft;
    }

    public Example Build() => new()
    {
        Id = Id,
        Source = indexed.Source,
        Picture = indexed.Picture,
        Captions = Captions,
        Questions = [.. _questions.Select(q => new Question(q.Id, q.Text, q.Answers, q.QuestionType, q.AnswerType))],
        Turns = Turns,
        Objects = Objects,
        Regions = Regions,
        Relationships = Relationships,
        Label = Label,
        Metadata = Metadata,
    };

    internal sealed class QuestionDraft(string id)
    {
        public string Id { get; } = id;

        public string Text { get; set; } = "";

        public List<Answer> Answers { get; } = [];

        public string? QuestionType { get; set; }

        public string? AnswerType { get; set; }
    }
}
