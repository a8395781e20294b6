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

    public string? Images { get; init; }

    /// <summary>JSON lines or CSV with an id and more columns.</summary>
    public string? Columns { get; init; }

    /// <summary>The one place that knows every kind of data set: a new reader gets a property and a line here.</summary>
    /// <exception cref="MeshException">InvalidRequest: none or several sources. EvaluationFileInvalid: with the file and the record.</exception>
    public EvaluationSet Read()
    {
        var pictures = Images is null ? null : new PictureFolder(Images);
        var set = (Annotations, Questions, Table, ClassFolder) switch
        {
            ({ } annotations, null, null, null) => CocoCaptions.Read(annotations, pictures),
            ({ } annotations, { } questions, null, null) => VqaFiles.Read(questions, annotations, pictures),
            (null, null, { } table, null) => ItemTable.Read(table, pictures),
            (null, null, null, { } folder) => ClassFolders.Read(folder),
            _ => throw new MeshException(
                ErrorReason.InvalidRequest,
                "Name the data set in one way: --annotations (captions), --questions with --annotations (VQA), --items (JSON lines or CSV), or --class-folder."),
        };
        return Columns is null ? set : set.With(ItemTable.ReadColumns(Columns));
    }
}
