namespace MultiModalMesh.Inference.Pictures;

/// <summary>A picture as a vision encoder sees it, still in bytes: a quarter of the memory while it waits.</summary>
/// <param name="Views">All of one size. One, or the tiles from left to right and top to bottom and then the whole picture.</param>
/// <param name="Rows">Rows of tiles; 0 where the picture was not cut.</param>
/// <param name="Columns">Columns of tiles; 0 where the picture was not cut.</param>
public sealed record PreparedPicture(IReadOnlyList<Picture> Views, int Rows, int Columns);
