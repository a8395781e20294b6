namespace MultiModalMesh.Evaluation.Scoring;

/// <summary>How captions become words.</summary>
public enum CaptionTokenization
{
    /// <summary>As they stand where every candidate and reference of the set is words already, else by the Penn Treebank rules.</summary>
    Auto,

    /// <summary>By the Penn Treebank rules, as COCO's evaluation does.</summary>
    Ptb,

    /// <summary>Words with a space between them.</summary>
    None,
}
