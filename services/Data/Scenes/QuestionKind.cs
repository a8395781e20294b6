namespace MultiModalMesh.Data.Scenes;

/// <summary>What a question asks for. Evaluation reports accuracy per kind; values are stable.</summary>
public enum QuestionKind
{
    /// <summary>Name of the only object: "A dog."</summary>
    What = 0,

    /// <summary>Everything in the picture, listed left to right.</summary>
    Caption = 1,

    /// <summary>How many of one kind: "Two.", "None."</summary>
    CountKind = 2,

    /// <summary>How many objects in all.</summary>
    CountObjects = 3,

    /// <summary>Name of the background colour.</summary>
    Background = 4,

    /// <summary>Cell of the 3 x 3 grid: "At the top left."</summary>
    Where = 5,

    /// <summary>What stands in a relation to an object, or furthest to one side.</summary>
    RelationWhat = 6,

    /// <summary>Whether two objects stand in a relation, or an object in a cell.</summary>
    RelationYesNo = 7,

    /// <summary>Whether a kind is in the picture.</summary>
    Presence = 8,

    /// <summary>What is in a cell of the grid: "A dog.", "Nothing."</summary>
    NameAt = 9,

    /// <summary>Greetings, thanks and questions that the picture cannot answer.</summary>
    SmallTalk = 10,
}
