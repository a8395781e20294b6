using MultiModalMesh.Datasets;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Evaluation.Items;

/// <summary>Where items come from: exactly one of the sources that are named.</summary>
public sealed record ItemSources
{
    /// <summary>COCO's captions, or VQA's annotations where <see cref="Questions"/> is given.</summary>
    public string? Annotations { get; init; }

    public string? Questions { get; init; }

    /// <summary>JSON lines or CSV.</summary>
    public string? Table { get; init; }

    /// <summary>Folder or annotation file of a data set; see docs/datasets.md.</summary>
    public string? Dataset { get; init; }

    /// <summary>Of <see cref="Dataset"/>; null chooses, as in <see cref="DatasetItems"/>.</summary>
    public Split? Split { get; init; }

    /// <summary>How <see cref="Dataset"/> is read.</summary>
    public DatasetOptions DatasetOptions { get; init; } = new();

    public string? Images { get; init; }

    /// <summary>JSON lines or CSV with an id and more columns.</summary>
    public string? Columns { get; init; }

    /// <summary>What is to blame for an item that lacks something.</summary>
    public string? Path => Annotations ?? Table ?? Dataset;

    /// <param name="byQuestion">An item is a question about a picture, not a picture.</param>
    /// <exception cref="MeshException">InvalidRequest: none or several sources. EvaluationFileInvalid: with the file and the record.</exception>
    public async Task<EvaluationSet> ReadAsync(bool byQuestion, CancellationToken cancellationToken)
    {
        var pictures = Images is null ? null : new PictureFolder(Images);
        var set = (Annotations, Questions, Table, Dataset) switch
        {
            ({ } annotations, null, null, null) => CocoCaptions.Read(annotations, pictures),
            ({ } annotations, { } questions, null, null) => VqaFiles.Read(questions, annotations, pictures),
            (null, null, { } table, null) => ItemTable.Read(table, pictures),
            (null, null, null, { } dataset) => await DatasetItems.ReadAsync(dataset, DatasetOptions, Split, byQuestion, cancellationToken),
            _ => throw new MeshException(
                ErrorReason.InvalidRequest,
                "Name the data set in one way: --annotations (captions), --questions with --annotations (VQA), --items (JSON lines or CSV), or --dataset (any that docs/datasets.md names)."),
        };
        return Columns is null ? set : set.With(ItemTable.ReadColumns(Columns));
    }
}
