using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Data.Dialogues;

/// <summary>
/// What is true of a scene. Facts near a decision border are null, "not to be asked about", so that every question has one answer that can be seen.
/// </summary>
internal sealed class SceneGraph
{
    /// <summary>Distance of a centre from a grid border below which its cell is not asked for.</summary>
    public const float CellMargin = 0.035f;

    /// <summary>Shift along the axis beyond which a relation holds.</summary>
    public const float RelationShift = 0.08f;

    /// <summary>Distance from a border of the relation's definition below which it is not asked for.</summary>
    public const float RelationMargin = 0.03f;

    private const float ExtremeMargin = 0.06f;
    private readonly int[] _leftToRight;

    public SceneGraph(Scene scene, ArtLibrary art)
    {
        (Scene, Art) = (scene, art);
        _leftToRight = [.. Enumerable.Range(0, scene.Objects.Count).OrderBy(i => scene.Objects[i].CenterX)];
        Unique = [.. _leftToRight.Where(i => Count(scene.Objects[i].Kind) == 1)];
        Groups = Grouped(_leftToRight);
    }

    public Scene Scene { get; }

    public ArtLibrary Art { get; }

    public int ObjectCount => Scene.Objects.Count;

    public string Background => Colours.Names[Scene.Background];

    public IReadOnlyList<int> LeftToRight => _leftToRight;

    /// <summary>Objects that are the only one of their kind.</summary>
    public IReadOnlyList<int> Unique { get; }

    /// <summary>Kinds with their counts, by leftmost member.</summary>
    public IReadOnlyList<(Kind Kind, int Count)> Groups { get; }

    public Kind KindOf(int index) => Art.Kinds[Scene.Objects[index].Kind];

    public int Count(int kind) => Scene.Objects.Count(o => o.Kind == kind);

    /// <summary>All objects of a kind.</summary>
    public IReadOnlyList<int> Of(int kind) => [.. Enumerable.Range(0, ObjectCount).Where(i => Scene.Objects[i].Kind == kind)];

    /// <summary>The words that list objects by kind, with what each part shows: the parts of <see cref="Wording.List(IEnumerable{ValueTuple{Kind, int}})"/>.</summary>
    public IEnumerable<(string Text, IReadOnlyList<int> Objects)> Shown(IReadOnlyList<int> objects) =>
        Grouped(objects).Select(g => (Wording.Counted(g.Kind, g.Count), (IReadOnlyList<int>)[.. objects.Where(i => Scene.Objects[i].Kind == g.Kind.Id)]));

    /// <summary>The unique object of a kind, or -1.</summary>
    public int UniqueOf(int kind) => Count(kind) == 1 ? Enumerable.Range(0, ObjectCount).First(i => Scene.Objects[i].Kind == kind) : -1;

    /// <summary>Objects by kind, kinds in order of their first member.</summary>
    public IReadOnlyList<(Kind Kind, int Count)> Grouped(IEnumerable<int> objects) =>
        [.. objects.GroupBy(i => Scene.Objects[i].Kind).Select(g => (Art.Kinds[g.Key], g.Count()))];

    /// <summary>Cell of the 3 x 3 grid, row-major 0..8, or null near a border.</summary>
    public int? Cell(int index)
    {
        var (x, y) = (Third(Scene.Objects[index].CenterX), Third(Scene.Objects[index].CenterY));
        return x is null || y is null ? null : y * 3 + x;
    }

    /// <summary>Objects with their centre in the cell, left to right, or null if some object is near its border.</summary>
    public IReadOnlyList<int>? InCell(int cell)
    {
        var inside = new List<int>();
        foreach (var i in _leftToRight)
        {
            if (Cell(i) == cell)
            {
                inside.Add(i);
            }
            else if (Cell(i) is null && MayBeIn(Scene.Objects[i], cell))
            {
                return null;
            }
        }

        return inside;
    }

    /// <summary>Whether <paramref name="subject"/> is on that side of <paramref name="anchor"/>, or null if too close to call.</summary>
    public bool? Holds(int subject, Direction direction, int anchor)
    {
        var dx = Scene.Objects[subject].CenterX - Scene.Objects[anchor].CenterX;
        var dy = Scene.Objects[subject].CenterY - Scene.Objects[anchor].CenterY;
        var along = direction switch { Direction.Left => -dx, Direction.Right => dx, Direction.Above => -dy, _ => dy };
        var across = direction is Direction.Left or Direction.Right ? Math.Abs(dy) : Math.Abs(dx);
        var slack = Math.Min(along - RelationShift, along - across);
        return Math.Abs(slack) < RelationMargin ? null : slack > 0;
    }

    /// <summary>Objects on that side of the anchor, nearest first, or null if membership or order is too close to call.</summary>
    public IReadOnlyList<int>? Related(Direction direction, int anchor)
    {
        var found = new List<int>();
        for (var i = 0; i < ObjectCount; i++)
        {
            if (i == anchor)
            {
                continue;
            }

            switch (Holds(i, direction, anchor))
            {
                case null:
                    return null;
                case true:
                    found.Add(i);
                    break;
            }
        }

        found.Sort((a, b) => Distance(a, anchor).CompareTo(Distance(b, anchor)));
        for (var i = 1; i < found.Count; i++)
        {
            if (Scene.Objects[found[i]].Kind != Scene.Objects[found[i - 1]].Kind && Distance(found[i], anchor) - Distance(found[i - 1], anchor) < RelationMargin)
            {
                return null;
            }
        }

        return found;
    }

    /// <summary>The object furthest to that side, or -1 if two are about level.</summary>
    public int Furthest(Direction direction)
    {
        var order = Enumerable.Range(0, ObjectCount).OrderByDescending(i => Along(i, direction)).ToArray();
        return order.Length == 1 || Along(order[0], direction) - Along(order[1], direction) >= ExtremeMargin ? order[0] : -1;
    }

    /// <summary>Whether a coordinate is too near a border between thirds to name its cell.</summary>
    public static bool IsNearCellBorder(float value) => Math.Abs(value - 1 / 3f) < CellMargin || Math.Abs(value - 2 / 3f) < CellMargin;

    private float Along(int index, Direction direction)
    {
        var o = Scene.Objects[index];
        return direction switch { Direction.Left => -o.CenterX, Direction.Right => o.CenterX, Direction.Above => -o.CenterY, _ => o.CenterY };
    }

    private float Distance(int a, int b)
    {
        var (p, q) = (Scene.Objects[a], Scene.Objects[b]);
        return MathF.Sqrt((p.CenterX - q.CenterX) * (p.CenterX - q.CenterX) + (p.CenterY - q.CenterY) * (p.CenterY - q.CenterY));
    }

    private static int? Third(float value) => IsNearCellBorder(value) ? null : (int)(value * 3);

    private static bool MayBeIn(SceneObject o, int cell)
    {
        float left = cell % 3 / 3f, top = cell / 3 / 3f;
        return o.CenterX > left - CellMargin && o.CenterX < left + 1 / 3f + CellMargin
            && o.CenterY > top - CellMargin && o.CenterY < top + 1 / 3f + CellMargin;
    }
}
