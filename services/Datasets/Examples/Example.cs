namespace MultiModalMesh.Datasets.Examples;

/// <summary>One picture of a data set with everything that is said about it, whatever format it was published in.</summary>
public sealed record Example
{
    /// <summary>Unique in its data set: the publisher's image id where there is one, else the path below the data set's folder.</summary>
    public required string Id { get; init; }

    public required SourceLocation Source { get; init; }

    /// <summary>Null where an example is a dialogue without a picture.</summary>
    public PictureLocation? Picture { get; init; }

    /// <summary>In the order of the file; COCO and Flickr30k have five or more for each picture.</summary>
    public IReadOnlyList<string> Captions { get; init; } = [];

    public IReadOnlyList<Question> Questions { get; init; } = [];

    /// <summary>What was said before and after each other about the picture; <see cref="Questions"/> are independent of each other.</summary>
    public IReadOnlyList<Turn> Turns { get; init; } = [];

    public IReadOnlyList<ObjectBox> Objects { get; init; } = [];

    public IReadOnlyList<Region> Regions { get; init; } = [];

    public IReadOnlyList<Relationship> Relationships { get; init; } = [];

    /// <summary>The class, where the data set classifies whole pictures.</summary>
    public string? Label { get; init; }

    /// <summary>Every other column or field with a plain value, as text: what results can be grouped by.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}

/// <param name="Id">The publisher's, or the example's with a number.</param>
/// <param name="Answers">All that were given, in the order of the file; ten in VQA v2.</param>
/// <param name="QuestionType">Such as <c>how many</c>, if the data set says it.</param>
/// <param name="AnswerType">Such as <c>yes/no</c>, <c>number</c> or <c>other</c>, if the data set says it.</param>
public sealed record Question(string Id, string Text, IReadOnlyList<Answer> Answers, string? QuestionType = null, string? AnswerType = null)
{
    /// <summary>The answer given most often, the earliest of equals; VQA v2 publishes it as <c>multiple_choice_answer</c>. Null in a test set.</summary>
    public string? MostCommonAnswer =>
        Answers.GroupBy(answer => answer.Text, StringComparer.Ordinal).OrderByDescending(group => group.Count()).FirstOrDefault()?.Key;
}

/// <param name="Confidence">What the person said of it (<c>yes</c>, <c>maybe</c>, <c>no</c> in VQA v2), if anything.</param>
public sealed record Answer(string Text, string? Confidence = null);

/// <param name="Question">What the user says.</param>
/// <param name="Answer">What the assistant should say.</param>
public sealed record Turn(string Question, string Answer);

/// <summary>In pixels of the stored picture, from its upper left corner; may lie partly outside, as some published ones do.</summary>
public readonly record struct Box(double X, double Y, double Width, double Height);

/// <param name="Category">Its name.</param>
/// <param name="IsCrowd">The box holds a group that was not counted (COCO's <c>iscrowd</c>).</param>
public sealed record ObjectBox(string Category, Box Box, bool IsCrowd = false);

/// <param name="Phrase">What is to be seen in the box.</param>
public sealed record Region(string Phrase, Box Box);

public sealed record Relationship(string SubjectName, string Predicate, string ObjectName);
