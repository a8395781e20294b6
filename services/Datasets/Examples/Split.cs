namespace MultiModalMesh.Datasets.Examples;

/// <summary>What a part of a data set is for.</summary>
public enum Split
{
    Train,
    Validation,
    Test,
}
