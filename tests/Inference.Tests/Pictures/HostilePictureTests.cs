using System.Buffers.Binary;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Pictures;
using NetVips;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Pictures;

/// <summary>Damaged and made-up files: each is read, or refused with the right reason, and nothing else ever comes of one.</summary>
public sealed class HostilePictureTests
{
    // Small, so that a made-up size costs no time; what is larger is refused on the header.
    private static readonly PictureLimits Limits = new() { MaxPixels = 1_000_000, MaxFrames = 20 };

    [Theory]
    [InlineData("rgb.png")]
    [InlineData("rgba.png")]
    [InlineData("baseline.jpg")]
    [InlineData("progressive_exif6.jpg")]
    [InlineData("narrow.webp")]
    [InlineData("made.gif")]
    [InlineData("made.avif")]
    public void A_file_that_is_cut_short_is_refused(string name)
    {
        var whole = Whole(name);
        foreach (var length in new[] { 0, 4, 12, 40, whole.Length / 3, whole.Length * 2 / 3 })
        {
            var error = Assert.Throws<MeshException>(() => PictureReader.Read(whole.AsMemory(0, length), Limits, 0));
            Assert.True(error.Reason == ErrorReason.ImageUnreadable || (error.Reason == ErrorReason.ImageFormatUnsupported && length < 12), $"{name} cut to {length}: {error.Message}");
        }
    }

    [Theory]
    [InlineData("rgb.png", 400)]
    [InlineData("rgba.png", 200)]
    [InlineData("baseline.jpg", 400)]
    [InlineData("progressive_exif6.jpg", 400)]
    [InlineData("narrow.webp", 400)]
    [InlineData("made.gif", 400)]
    [InlineData("made.avif", 100)]
    public void A_damaged_file_is_read_or_refused_but_never_worse(string name, int rounds)
    {
        var whole = Whole(name);
        var random = new Random(7);
        for (var round = 0; round < rounds; round++)
        {
            var damaged = Damage(whole, random);
            TryRead(damaged, $"{name}, round {round}");
        }
    }

    [Theory]
    [InlineData("baseline.jpg")]
    [InlineData("made.gif")]
    [InlineData("narrow.webp")]
    [InlineData("rgb.png")]
    public void A_huge_size_that_a_header_claims_is_refused_before_memory_is_taken(string name)
    {
        var bytes = Claim(Whole(name));
        var before = GC.GetTotalAllocatedBytes(precise: true);

        // A checksum or a second size may give the lie away before the limit does.
        var error = Assert.Throws<MeshException>(() => PictureReader.Read(bytes, new PictureLimits(), 0));
        Assert.Throws<MeshException>(() => PictureReader.Inspect(bytes, new PictureLimits()));

        Assert.True(error.Reason == ErrorReason.ImageTooLarge || error.Reason == ErrorReason.ImageUnreadable, error.Message);
        Assert.True(GC.GetTotalAllocatedBytes(precise: true) - before < 16 << 20);
    }

    private static void TryRead(byte[] bytes, string what)
    {
        try
        {
            var picture = PictureReader.Read(bytes, Limits, 0);
            Assert.Equal(picture.Width * picture.Height * Picture.Channels, picture.Rgb.Length);
            PictureReader.Inspect(bytes, Limits);
        }
        catch (MeshException e)
        {
            Assert.True(
                e.Reason == ErrorReason.ImageUnreadable || e.Reason == ErrorReason.ImageTooLarge || e.Reason == ErrorReason.ImageFormatUnsupported, $"{what}: {e.Message}");
        }
    }

    /// <summary>Bytes changed, a piece doubled, a piece left out, or rubbish behind a good beginning.</summary>
    private static byte[] Damage(byte[] whole, Random random)
    {
        var damaged = whole.ToArray();
        switch (random.Next(4))
        {
            case 0:
                var from = random.Next(16, damaged.Length);
                return [.. damaged[..from], .. damaged[random.Next(from)..]];
            case 1:
                var cut = random.Next(16, damaged.Length);
                return [.. damaged[..cut], .. damaged[random.Next(cut, damaged.Length)..]];
            case 2:
                random.NextBytes(damaged.AsSpan(random.Next(16, damaged.Length)));
                return damaged;
            default:
                for (var i = 0; i < 8; i++)
                {
                    // Headers decide most, and are a small part of the file.
                    damaged[random.Next(8, random.Next(2) == 0 ? Math.Min(200, damaged.Length) : damaged.Length)] = (byte)random.Next(256);
                }

                return damaged;
        }
    }

    /// <summary>The same file with the largest size that its header can say.</summary>
    private static byte[] Claim(byte[] bytes)
    {
        var claim = bytes.ToArray();
        if (claim.AsSpan().StartsWith("GIF8"u8))
        {
            claim.AsSpan(6, 4).Fill(0xFF);
            var image = claim.AsSpan().IndexOf([(byte)0x2C, (byte)0, (byte)0, (byte)0, (byte)0]);
            claim.AsSpan(image + 5, 4).Fill(0xFF);
        }
        else if (claim.AsSpan().StartsWith("RIFF"u8))
        {
            // VP8: two sizes of 14 bits behind the start code. VP8X and VP8L differ, but say it at the same place.
            var start = claim.AsSpan().IndexOf([(byte)0x9D, (byte)0x01, (byte)0x2A]);
            BinaryPrimitives.WriteUInt32LittleEndian(claim.AsSpan(start + 3), 0x3FFF3FFF);
        }
        else if (claim[0] == 0xFF)
        {
            var frame = claim.AsSpan().IndexOf([(byte)0xFF, (byte)0xC0]);
            claim.AsSpan(frame + 5, 4).Fill(0xFF);
        }
        else
        {
            BinaryPrimitives.WriteUInt64BigEndian(claim.AsSpan(16), 0x7FFFFFFF_7FFFFFFF);
        }

        return claim;
    }

    private static byte[] Whole(string name)
    {
        if (!name.StartsWith("made", StringComparison.Ordinal))
        {
            return Fixtures.Image(name);
        }

        using var picture = Image.NewFromBuffer(Fixtures.Image("rgb.png"));
        return name.EndsWith("gif", StringComparison.Ordinal) ? picture.GifsaveBuffer() : picture.HeifsaveBuffer(compression: Enums.ForeignHeifCompression.Av1);
    }
}
