namespace MultiModalMesh.Inference.Tests.Tokenizers;

/// <summary>Texts of whole characters from all over Unicode.</summary>
internal static class HostileText
{
    private static readonly (int First, int Last)[] Ranges =
        [(0, 0x7F), (0, 0x7F), (0x80, 0x24F), (0x300, 0x36F), (0x370, 0x1FFF), (0x2000, 0x20FF), (0x3000, 0xD7FF), (0xE000, 0xFFFF), (0x1_0000, 0x10_FFFF)];

    public static string Next(Random random) => string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ =>
    {
        var (first, last) = Ranges[random.Next(Ranges.Length)];
        return char.ConvertFromUtf32(random.Next(first, last + 1));
    }));
}
