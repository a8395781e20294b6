using MultiModalMesh.Data.Dialogues;

namespace MultiModalMesh.Data.Scenes;

/// <summary>Chooses objects, styles, places and background of a scene from its seed.</summary>
internal sealed class SceneComposer(ArtLibrary art, StyleSet styles, bool augment)
{
    private const int MaximumObjects = 4;
    private const float Gap = 0.012f;

    // "Left to right" must be readable from the picture, so two centres never share a column.
    private const float ColumnMargin = 0.03f;

    // Most objects stand clearly in one cell of the 3 x 3 grid, so that "where" can be asked about them.
    private const double ClearCellShare = 0.65;

    private static readonly double[] CountWeights = [0.17, 0.25, 0.28, 0.30];
    private static readonly (float Low, float High)[] Sizes = [(0.36f, 0.75f), (0.31f, 0.5f), (0.28f, 0.43f), (0.26f, 0.37f)];

    /// <param name="seed">Determines everything.</param>
    /// <param name="objects">How many objects, or null to draw 1..4.</param>
    public ComposedScene Compose(ulong seed, int? objects = null)
    {
        var random = RandomStream.For(seed, 1);
        var count = objects ?? 1 + random.Weighted(CountWeights);
        if (count is < 1 or > MaximumObjects)
        {
            throw new ArgumentOutOfRangeException(nameof(objects), objects, "A scene has 1..4 objects.");
        }

        var kinds = PickKinds(count, random);
        var background = random.Below(Colours.Names.Count);
        var sameStyle = random.Chance(0.7);
        var style = Styles.Pick(styles, random);
        var chosen = new (int Kind, string Style)[count];
        for (var i = 0; i < count; i++)
        {
            var own = sameStyle ? style : Styles.Pick(styles, random);
            while (!art.Has(own, kinds[i]))
            {
                own = Styles.Pick(styles, random);
            }

            chosen[i] = (kinds[i], own);
        }

        var placements = Arrange(chosen, random);
        return new ComposedScene(new Scene(seed, [.. placements.Select(p => p.Object)], background), placements);
    }

    private int[] PickKinds(int count, RandomStream random)
    {
        var kinds = new List<int>();
        var first = random.Below(art.Kinds.Count);
        kinds.Add(first);
        if (count > 1 && random.Chance(0.4))
        {
            // Counting needs repeats; all repeat counts up to the scene's size are equally likely.
            var repeats = 2 + random.Below(count - 1);
            kinds.AddRange(Enumerable.Repeat(first, repeats - 1));
            if (count - repeats == 2 && random.Chance(0.4))
            {
                var second = AnotherKind(kinds, random);
                kinds.AddRange([second, second]);
            }
        }

        while (kinds.Count < count)
        {
            kinds.Add(AnotherKind(kinds, random));
        }

        random.Shuffle(kinds);
        return [.. kinds];
    }

    private int AnotherKind(List<int> taken, RandomStream random)
    {
        // Now and then a kind of the same group, so that dog and cat, or apple and peach, must be told apart side by side.
        var candidates = random.Chance(0.2) ? art.KindsByGroup[art.Kinds[taken[0]].Group] : art.Kinds;
        for (var attempt = 0; ; attempt++)
        {
            var kind = (attempt < 8 ? random.Pick(candidates) : random.Pick(art.Kinds)).Id;
            if (!taken.Contains(kind))
            {
                return kind;
            }
        }
    }

    private List<Placement> Arrange((int Kind, string Style)[] chosen, RandomStream random)
    {
        while (true)
        {
            var placements = new List<Placement>(chosen.Length);
            foreach (var (kind, style) in chosen)
            {
                for (var attempt = 0; attempt < 30; attempt++)
                {
                    var candidate = Place(kind, style, Sizes[chosen.Length - 1], random);
                    if (placements.TrueForAll(p => Fits(p, candidate)))
                    {
                        placements.Add(candidate);
                        break;
                    }
                }
            }

            if (placements.Count == chosen.Length)
            {
                return placements;
            }
        }
    }

    private static float Center(float extent, bool clear, RandomStream random)
    {
        while (true)
        {
            var center = random.Between(extent / 2 + Gap, 1 - extent / 2 - Gap);
            if (!clear || !SceneGraph.IsNearCellBorder(center))
            {
                return center;
            }
        }
    }

    private static bool Fits(Placement placed, Placement candidate) =>
        !placed.Overlaps(candidate, Gap) && Math.Abs(placed.Object.CenterX - candidate.Object.CenterX) >= ColumnMargin;

    private Placement Place(int kind, string style, (float Low, float High) sizes, RandomStream random)
    {
        var drawing = random.Pick(art.Drawings(style, kind));
        var flipped = random.Chance(0.5);
        var rotation = random.Chance(0.9) ? random.Between(-20, 20) : random.Between(-45, 45);
        var (shear, stretch) = augment ? (random.Between(-0.12f, 0.12f), random.Between(0.92f, 1.09f)) : (0f, 1f);
        var linear = AffineMap.Linear(flipped, shear, stretch, rotation);

        float left = float.MaxValue, right = float.MinValue, top = float.MaxValue, bottom = float.MinValue;
        foreach (var (hullX, hullY) in drawing.Hull)
        {
            var (x, y) = linear.Apply(hullX, hullY);
            left = Math.Min(left, x);
            right = Math.Max(right, x);
            top = Math.Min(top, y);
            bottom = Math.Max(bottom, y);
        }

        var size = random.Between(sizes.Low, sizes.High);
        var scale = size / Math.Max(right - left, bottom - top);
        float width = (right - left) * scale, height = (bottom - top) * scale;
        var clear = random.Chance(ClearCellShare);
        var centerX = Center(width, clear, random);
        var centerY = Center(height, clear, random);
        var map = linear.Scaled(scale).Shifted(centerX - (left + right) / 2 * scale, centerY - (top + bottom) / 2 * scale);
        return new Placement(new SceneObject(kind, style, centerX, centerY, width, height, rotation, flipped), drawing, map);
    }
}

/// <param name="Scene">The scene graph.</param>
/// <param name="Placements">Parallel to the scene's objects.</param>
internal sealed record ComposedScene(Scene Scene, IReadOnlyList<Placement> Placements);
