namespace MultiModalMesh.Data.Scenes;

/// <summary>One object of a scene. Lengths are fractions of the picture's side, 0..1, and describe the visible (alpha) box.</summary>
/// <param name="Kind">Index in <see cref="ArtLibrary.Kinds"/>.</param>
/// <param name="Style">Name of the art set, see <see cref="Styles"/>.</param>
/// <param name="CenterX">Horizontal centre of the visible box, 0 is the left edge.</param>
/// <param name="CenterY">Vertical centre of the visible box, 0 is the top edge.</param>
/// <param name="Width">Width of the visible box.</param>
/// <param name="Height">Height of the visible box.</param>
/// <param name="Rotation">Clockwise, in degrees.</param>
/// <param name="Flipped">Mirrored left to right before the rotation.</param>
public sealed record SceneObject(int Kind, string Style, float CenterX, float CenterY, float Width, float Height, float Rotation, bool Flipped);

/// <summary>The scene graph that a picture is drawn from and that every answer is derived from.</summary>
/// <param name="Seed">The scene is a pure function of this seed and the art.</param>
/// <param name="Objects">1..4 objects whose boxes do not overlap.</param>
/// <param name="Background">Index in <see cref="Colours.Names"/>.</param>
public sealed record Scene(ulong Seed, IReadOnlyList<SceneObject> Objects, int Background);
