using System.CommandLine;
using MultiModalMesh.Datasets;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Evaluation.Items;
using MultiModalMesh.Evaluation.Scoring;
using MultiModalMesh.Evaluation.Statistics;

namespace MultiModalMesh.Mesh.CommandLine.Eval;

/// <summary>The options of every <c>eval</c> command.</summary>
internal sealed class EvalOptions
{
    private readonly Option<FileInfo?> _annotations = new("--annotations") { Description = "COCO's captions file; with --questions, VQA's annotations." };
    private readonly Option<FileInfo?> _questions = new("--questions") { Description = "VQA's questions file." };
    private readonly Option<FileInfo?> _items = new("--items") { Description = "JSON lines or CSV of your own: id, image, question, references, answers, label, turns; every other column is for --slice." };
    private readonly Option<DirectoryInfo?> _classFolder = new("--class-folder") { Description = "Folder with a sub-folder of pictures for every class." };
    private readonly Option<FileSystemInfo?> _dataset = new("--dataset") { Description = "Folder or annotation file of any data set that 'data inspect' knows." };
    private readonly Option<Split> _split = new("--split") { Description = "Of --dataset: train, validation or test.", DefaultValueFactory = _ => Split.Validation };
    private readonly Option<OnError> _onError = new("--on-error") { Description = "Of --dataset: stop at the first bad record, or skip it and say how many were left out." };
    private readonly Option<DirectoryInfo?> _images = new("--images") { Description = "Folder of the pictures that the data set names." };
    private readonly Option<FileInfo?> _metadata = new("--metadata") { Description = "JSON lines or CSV with an id and more columns for --slice." };
    private readonly Option<FileInfo?> _candidates = new("--candidates") { Description = "Answers that are there already: COCO's or VQA's results file, or a run file. No model is asked." };
    private readonly Option<bool> _subset = new("--subset") { Description = "Score only the items that --candidates (and --compare) have answers to; otherwise a missing one is an error." };
    private readonly Option<int?> _limit = new("--limit") { Description = "Only the first so many items." };
    private readonly Option<FileInfo?> _run = new("--run") { Description = "File of the answers, written as they come. A run that was interrupted goes on where it stopped." };
    private readonly Option<int> _concurrency = new("--concurrency") { Description = "Items asked at a time, 1 to 256.", DefaultValueFactory = _ => 4 };
    private readonly Option<int?> _maxTokens = new("--max-tokens") { Description = "Longest answer. Default: the server's." };
    private readonly Option<string?> _prompt = new("--prompt");
    private readonly Option<CaptionTokenization> _tokenizer = new("--tokenizer")
    {
        Description = "How captions become words: ptb (Penn Treebank, as COCO's evaluation), none (at spaces), auto (none where no caption has upper case or punctuation, else ptb).",
    };
    private readonly Option<string?> _clipModel = new("--clip-model") { Description = "Pack, or model of the endpoint, whose embeddings CLIPScore is computed with." };
    private readonly Option<string[]> _slices = new("--slice") { Description = "Column: a table of scores by its values, and their gaps. May be repeated." };
    private readonly Option<FileInfo?> _compare = new("--compare") { Description = "Answers of another run: differences, their intervals and p-values." };
    private readonly Option<int> _rounds = new("--rounds") { Description = "Resampled sets for intervals and p-values; 0 leaves them out.", DefaultValueFactory = _ => 1000 };
    private readonly Option<int> _seed = new("--seed") { Description = "Of the resampling.", DefaultValueFactory = _ => 1 };
    private readonly Option<double> _confidence = new("--confidence") { Description = "Of the intervals.", DefaultValueFactory = _ => 0.95 };
    private readonly Option<int> _worst = new("--worst") { Description = "How many of the worst items to list.", DefaultValueFactory = _ => 20 };
    private readonly Option<FileInfo?> _markdown = new("--markdown") { Description = "Write the report as Markdown, too." };
    private readonly Option<FileInfo?> _html = new("--html") { Description = "Write the report as one HTML page with the pictures of the worst items." };

    public ConnectionOptions Connection { get; } = new();

    public Option<Uri?> Endpoint { get; } = new("--endpoint")
    {
        Description = "Another server with OpenAI's API, such as http://localhost:11434/v1. Default: the mesh.",
        CustomParser = result =>
        {
            if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
            {
                return url;
            }

            result.AddError($"--endpoint takes an address such as http://localhost:11434/v1, not '{result.Tokens[0].Value}'.");
            return null;
        },
    };

    public Option<string?> ApiKeyVariable { get; } = new("--api-key-env") { Description = "Environment variable that has the endpoint's key." };

    public void AddTo(Command command, EvalTask task)
    {
        _prompt.Description = task.Name switch
        {
            "caption" => "What a model is asked. Default: nothing for the mesh, which then describes; a sentence for another endpoint.",
            "vqa" => "What a model is asked; {question} is the item's question. Default: {question}.",
            _ => "Text that a class is embedded as; {} is its name. Default: a photo of a {}",
        };
        foreach (var option in (Option[])[_annotations, _questions, _items, _classFolder, _dataset, _split, _onError, _images, _metadata, _candidates, _subset, _limit, _run, _concurrency, _maxTokens, Endpoint, ApiKeyVariable])
        {
            command.Add(option);
        }

        if (task.Name is "caption" or "vqa" or "classify")
        {
            command.Add(_prompt);
        }

        if (task.Name is "caption")
        {
            command.Add(_tokenizer);
            command.Add(_clipModel);
        }

        foreach (var option in (Option[])[_slices, _compare, _rounds, _seed, _confidence, _worst, _markdown, _html])
        {
            command.Add(option);
        }

        Limit(_concurrency, 1, 256);
        Limit(_rounds, 0, 100_000);
        Limit(_worst, 0, 1000);
        _limit.Validators.Add(result => Refuse(result, result.GetValueOrDefault<int?>() is < 1, "--limit takes 1 or more"));
        _maxTokens.Validators.Add(result => Refuse(result, result.GetValueOrDefault<int?>() is < 1, "--max-tokens takes 1 or more"));
        _confidence.Validators.Add(result => Refuse(result, result.GetValueOrDefault<double>() is not (> 0 and < 1), "--confidence takes a number between 0 and 1, such as 0.95"));
        Connection.AddTo(command);
    }

    public EvalSettings Read(ParseResult result, EvalTask task) => new()
    {
        Sources = new ItemSources
        {
            Annotations = result.GetValue(_annotations)?.FullName,
            Questions = result.GetValue(_questions)?.FullName,
            Table = result.GetValue(_items)?.FullName,
            ClassFolder = result.GetValue(_classFolder)?.FullName,
            Dataset = result.GetValue(_dataset)?.FullName,
            Split = result.GetValue(_split),
            OnError = result.GetValue(_onError),
            PicturesNeeded = result.GetValue(_images) is not null || (task.Name == "caption" && result.GetValue(_clipModel) is not null)
                || (task.PictureNeeded && result.GetValue(_candidates) is null),
            PerQuestion = task.Name == "vqa",
            Images = result.GetValue(_images)?.FullName,
            Columns = result.GetValue(_metadata)?.FullName,
        },
        Candidates = result.GetValue(_candidates)?.FullName,
        Compare = result.GetValue(_compare)?.FullName,
        Subset = result.GetValue(_subset),
        Limit = result.GetValue(_limit),
        Run = result.GetValue(_run)?.FullName,
        Prompt = ReadPrompt(result, task),
        Concurrency = result.GetValue(_concurrency),
        MaxTokens = result.GetValue(_maxTokens),
        Tokenizer = task.Name == "caption" ? result.GetValue(_tokenizer) : default,
        ClipModel = task.Name == "caption" ? result.GetValue(_clipModel) : null,
        Slices = [.. result.GetValue(_slices) ?? []],
        Resampling = new Resampling(result.GetValue(_rounds), result.GetValue(_seed), result.GetValue(_confidence)),
        Worst = result.GetValue(_worst),
        Markdown = result.GetValue(_markdown)?.FullName,
        Html = result.GetValue(_html)?.FullName,
    };

    private string ReadPrompt(ParseResult result, EvalTask task) => task.Name switch
    {
        "caption" => result.GetValue(_prompt) ?? (result.GetValue(Endpoint) is null ? "" : "Describe the picture in one sentence."),
        "vqa" => result.GetValue(_prompt) ?? "{question}",
        "classify" => result.GetValue(_prompt) ?? "a photo of a {}",
        _ => "",
    };

    private static void Limit(Option<int> option, int least, int most) => option.Validators.Add(result =>
        Refuse(result, result.GetValueOrDefault<int>() is var number && (number < least || number > most), $"{option.Name} takes {least} to {most}"));

    private static void Refuse(System.CommandLine.Parsing.SymbolResult result, bool wrong, string sentence)
    {
        if (wrong)
        {
            result.AddError($"{sentence}.");
        }
    }
}
