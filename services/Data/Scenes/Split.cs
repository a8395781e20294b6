namespace MultiModalMesh.Data.Scenes;

/// <summary>Which reserved range of seeds samples come from; the ranges are disjoint.</summary>
public enum Split { Train, Validation, Test }

/// <summary>Which art the objects are drawn with.</summary>
public enum StyleSet
{
    /// <summary>The styles that training sees.</summary>
    Trained,

    /// <summary>A style that training never sees: measures generalisation to new drawings.</summary>
    HeldOut,
}
