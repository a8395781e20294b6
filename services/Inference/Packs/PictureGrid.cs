namespace MultiModalMesh.Inference.Packs;

/// <summary>Into how many tiles a picture was cut; 0 x 0 for one that was not. A picture that was cut is also seen as a whole, after its tiles.</summary>
/// <param name="Rows">Tiles from top to bottom.</param>
/// <param name="Columns">Tiles from left to right.</param>
public readonly record struct PictureGrid(int Rows, int Columns)
{
    /// <summary>The pictures that the vision encoder sees of it.</summary>
    public int Views => (Rows * Columns) + 1;
}
