using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Datasets.Order;

namespace MultiModalMesh.Datasets.Reports;

/// <summary>How much of what is in a split.</summary>
public sealed record SplitSummary(Split Split)
{
    public long Examples { get; set; }

    public long Pictures { get; set; }

    public long Captions { get; set; }

    public long Questions { get; set; }

    public long Answers { get; set; }

    public long Turns { get; set; }

    public long Objects { get; set; }

    public long Regions { get; set; }

    public long Relationships { get; set; }

    public long Labelled { get; set; }
}

/// <summary>What a data set is and holds.</summary>
/// <param name="Files">That were read; see <see cref="Dataset.Files"/>.</param>
/// <param name="Labels">Examples of each class, the most frequent first; those beyond <see cref="MaxLabels"/> are not kept apart.</param>
/// <param name="MetadataFields">Names of the further fields, which results can be grouped by.</param>
/// <param name="Samples">The first of every split.</param>
/// <param name="ProblemCount">All; <paramref name="Problems"/> are the first of them.</param>
public sealed record DatasetSummary(
    string Path, string Format, IReadOnlyList<string> Files, IReadOnlyList<SplitSummary> Splits, IReadOnlyDictionary<string, long> Labels, IReadOnlyList<string> MetadataFields,
    IReadOnlyList<Example> Samples, long ProblemCount, IReadOnlyList<DatasetProblem> Problems)
{
    private const int MaxLabels = 10_000, MaxFields = 1_000;

    /// <summary>Reads everything once, in memory that does not grow with the data set.</summary>
    /// <param name="check">Looks at an example's picture, null if it is not to be looked at; returns what is wrong with it.</param>
    /// <param name="progress">Told how many were read.</param>
    public static async Task<DatasetSummary> OfAsync(
        Dataset dataset, int samples, int problems, Func<Example, CancellationToken, Task<DatasetProblem?>>? check, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        var (splits, kept, bad) = (new List<SplitSummary>(), new List<Example>(), new List<DatasetProblem>());
        var (labels, fields, read, badPictures) = (new Dictionary<string, long>(StringComparer.Ordinal), new SortedSet<string>(StringComparer.Ordinal), 0L, 0L);
        foreach (var split in Enum.GetValues<Split>().Where(split => dataset.Count(split) > 0))
        {
            var summary = new SplitSummary(split);
            splits.Add(summary);
            var examples = ExampleReader.ReadAsync(
                dataset, split, null, default, 1, Environment.ProcessorCount * 2, async (e, token) => (e, check is null ? null : await check(e, token)), cancellationToken);
            await foreach (var ((example, problem), _) in examples)
            {
                Add(summary, example);
                if (summary.Examples <= samples)
                {
                    kept.Add(example);
                }

                if (problem is not null && badPictures++ < problems)
                {
                    bad.Add(problem);
                }

                if (example.Label is { } label && (labels.ContainsKey(label) || labels.Count < MaxLabels))
                {
                    labels[label] = labels.GetValueOrDefault(label) + 1;
                }

                if (fields.Count < MaxFields)
                {
                    fields.UnionWith(example.Metadata.Keys);
                }

                progress?.Report(++read);
            }
        }

        return new DatasetSummary(
            dataset.Path, dataset.Format, dataset.Files, splits, labels.OrderByDescending(l => l.Value).ThenBy(l => l.Key, StringComparer.Ordinal).ToDictionary(), [.. fields], kept,
            dataset.ProblemCount + badPictures, [.. dataset.Problems(problems).Concat(bad).Take(problems)]);
    }

    private static void Add(SplitSummary summary, Example example)
    {
        summary.Examples++;
        summary.Pictures += example.Picture is null ? 0 : 1;
        summary.Captions += example.Captions.Count;
        summary.Questions += example.Questions.Count;
        summary.Answers += example.Questions.Sum(q => q.Answers.Count);
        summary.Turns += example.Turns.Count;
        summary.Objects += example.Objects.Count;
        summary.Regions += example.Regions.Count;
        summary.Relationships += example.Relationships.Count;
        summary.Labelled += example.Label is null ? 0 : 1;
    }
}
