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

    public string? ClassFolder { get; init; }

    /// <summary>Folder or annotation file of anything that services/Datasets reads.</summary>
    public string? Dataset { get; init; }

    /// <summary>Of <see cref="Dataset"/>.</summary>
    public Split Split { get; init; } = Split.Validation;

    /// <summary>Of <see cref="Dataset"/>: one item a question.</summary>
    public bool PerQuestion { get; init; }

    /// <summary>Of <see cref="Dataset"/>: without a picture a record is of no use.</summary>
    public bool PicturesNeeded { get; init; }

    /// <summary>Of <see cref="Dataset"/>: what to do about a record that is of no use.</summary>
    public OnError OnError { get; init; }

    /// <summary>Folder of the pictures.</summary>
    public string? Images { get; init; }

    /// <summary>JSON lines or CSV with an id and more columns.</summary>
    public string? Columns { get; init; }

    /// <summary>The one place that knows every kind of data set: a new reader gets a property and a line here.</summary>
    /// <exception cref="MeshException">InvalidRequest: none or several sources. EvaluationFileInvalid, DatasetInvalid: with the file and the record.</exception>
    public async Task<EvaluationSet> ReadAsync(CancellationToken cancellationToken)
    {
        var pictures = Images is null ? null : new PictureFolder(Images);
        var set = (Annotations, Questions, Table, ClassFolder, Dataset) switch
        {
            ({ } annotations, null, null, null, null) => CocoCaptions.Read(annotations, pictures),
            ({ } annotations, { } questions, null, null, null) => VqaFiles.Read(questions, annotations, pictures),
            (null, null, { } table, null, null) => ItemTable.Read(table, pictures),
            (null, null, null, { } folder, null) => ClassFolders.Read(folder),
            (null, null, null, null, { } dataset) => await DatasetItems.ReadAsync(
                dataset, Split, new DatasetOptions { Pictures = Images, NeedsPictures = PicturesNeeded, OnError = OnError }, PerQuestion, cancellationToken),
            _ => throw new MeshException(
                ErrorReason.InvalidRequest,
                "Name the data set in one way: --annotations (captions), --questions with --annotations (VQA), --items (JSON lines or CSV), --class-folder, or --dataset."),
        };
        return Columns is null ? set : set.With(ItemTable.ReadColumns(Columns));
    }
}
