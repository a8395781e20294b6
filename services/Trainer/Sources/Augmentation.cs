using MultiModalMesh.Trainer.Settings;

namespace MultiModalMesh.Trainer.Sources;

/// <summary>Small changes of training pictures that leave true what is said about them; mirroring would not, where left and right are spoken of.</summary>
internal sealed class Augmentation(DataSettings settings, int side)
{
    private enum Purpose
    {
        Right = 100,
        Down,
        Light,
        Channel,
    }

    /// <param name="pixels">RGB, [side, side, 3].</param>
    /// <param name="seed">With the position it decides everything.</param>
    /// <param name="position">Of the sample.</param>
    /// <returns>A new array; edges repeat where the picture was shifted.</returns>
    public byte[] Apply(byte[] pixels, long seed, long position)
    {
        if (settings is { ShiftPixels: 0, ColourJitter: 0 })
        {
            return pixels;
        }

        var right = Shift(Purpose.Right);
        var down = Shift(Purpose.Down);
        var factors = Enumerable.Range(0, 3).Select(c => (1 + (settings.ColourJitter * Signed(Purpose.Light))) * (1 + (settings.ColourJitter / 2 * Draw.Signed(seed, position, (int)Purpose.Channel + c)))).ToArray();
        var changed = new byte[pixels.Length];
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
            {
                var from = ((Math.Clamp(y - down, 0, side - 1) * side) + Math.Clamp(x - right, 0, side - 1)) * 3;
                for (var c = 0; c < 3; c++)
                {
                    changed[(((y * side) + x) * 3) + c] = (byte)Math.Clamp(Math.Round(pixels[from + c] * factors[c]), 0, 255);
                }
            }
        }

        return changed;

        int Shift(Purpose purpose) => Draw.Below((2 * settings.ShiftPixels) + 1, seed, position, (int)purpose) - settings.ShiftPixels;
        double Signed(Purpose purpose) => Draw.Signed(seed, position, (int)purpose);
    }
}
