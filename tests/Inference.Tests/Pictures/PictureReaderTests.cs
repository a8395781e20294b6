using System.Buffers.Binary;
using System.Diagnostics;
using System.Text.Json;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Pictures;
using NetVips;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Pictures;

public sealed class PictureReaderTests
{
    private static readonly PictureLimits Limits = new();

    [Fact]
    public void Decoded_pixels_equal_those_of_the_reference()
    {
        foreach (var image in JsonDocument.Parse(Fixtures.Image("images.json")).RootElement.GetProperty("images").EnumerateArray())
        {
            var name = image.GetProperty("file").GetString()!;
            var picture = PictureReader.Read(Fixtures.Image(name), Limits, 0);

            Assert.Equal(image.GetProperty("size").Ints(), new[] { picture.Width, picture.Height });
            if (name == "rgba.png")
            {
                continue; // the reference drops transparency where we blend it on white
            }

            foreach (var sample in image.GetProperty("samples_x_y_r_g_b").EnumerateArray().Select(s => s.Ints()))
            {
                var tolerance = Path.GetExtension(name) == ".png" ? 0 : 6;
                var pixel = picture.Rgb.AsSpan(((sample[1] * picture.Width) + sample[0]) * 3, 3).ToArray();
                Assert.All(pixel.Zip(sample[2..]), p => Assert.InRange(p.First - p.Second, -tolerance, tolerance));
            }
        }
    }

    [Fact]
    public void Transparency_is_blended_on_white()
    {
        using var clear = Image.Black(4, 4, bands: 4).Copy(interpretation: Enums.Interpretation.Srgb).Cast(Enums.BandFormat.Uchar);

        Assert.All(PictureReader.Read(clear.PngsaveBuffer(), Limits, 0).Rgb, v => Assert.Equal(255, v));
    }

    [Fact]
    public void Sixteen_bits_become_eight()
    {
        using var deep = (Image.Black(4, 4, bands: 3) + 0x8000).Cast(Enums.BandFormat.Ushort).Copy(interpretation: Enums.Interpretation.Rgb16);

        Assert.All(PictureReader.Read(deep.PngsaveBuffer(bitdepth: 16), Limits, 0).Rgb, v => Assert.Equal(128, v));
    }

    [Fact]
    public void Cmyk_becomes_rgb()
    {
        using var white = Image.Black(16, 16, bands: 4).Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Cmyk);
        var jpeg = white.JpegsaveBuffer(q: 95);
        using (var stored = Image.NewFromBuffer(jpeg))
        {
            Assert.Equal(Enums.Interpretation.Cmyk, stored.Interpretation);
        }

        Assert.All(PictureReader.Read(jpeg, Limits, 0).Rgb, v => Assert.InRange(v, 245, 255));
    }

    [Fact]
    public void Avif_and_the_first_frame_of_a_gif_are_read()
    {
        using var red = (Image.Black(32, 16, bands: 3) + new[] { 250, 10, 10 }).Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);

        Assert.All([red.HeifsaveBuffer(compression: Enums.ForeignHeifCompression.Av1), Animation(red, 3)], bytes =>
        {
            var picture = PictureReader.Read(bytes, Limits, 0);
            Assert.Equal((32, 16), (picture.Width, picture.Height));
            Assert.InRange(picture.Rgb[0], 240, 255);
            Assert.InRange(picture.Rgb[1], 0, 24);
        });
    }

    [Fact]
    public void An_animation_with_too_many_frames_is_refused()
    {
        using var red = (Image.Black(8, 8, bands: 3) + 50).Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);

        var error = Assert.Throws<MeshException>(() => PictureReader.Read(Animation(red, 4), new PictureLimits { MaxFrames = 3 }, 0));

        Assert.Equal(ErrorReason.ImageTooLarge, error.Reason);
        Assert.Equal("The picture has 4 frames; at most 3 are allowed (MaxFrames).", error.Message);
    }

    [Fact]
    public void Two_gigapixels_are_refused_on_the_header_in_no_time()
    {
        var watch = Stopwatch.StartNew();
        var before = GC.GetTotalAllocatedBytes(precise: true);

        var error = Assert.Throws<MeshException>(() => PictureReader.Read(PngHeader(50_000, 40_000), Limits, 0));

        Assert.Equal(ErrorReason.ImageTooLarge, error.Reason);
        Assert.Equal("The picture has 2000000000 pixels; at most 100000000 are allowed (MaxPixels).", error.Message);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"took {watch.Elapsed}");
        Assert.True(GC.GetTotalAllocatedBytes(precise: true) - before < 64 << 20);
    }

    [Fact]
    public void Too_many_bytes_are_refused_before_anything_is_read()
    {
        var error = Assert.Throws<MeshException>(() => PictureReader.Read(new byte[101], new PictureLimits { MaxBytes = 100 }, 0));

        Assert.Equal("The picture has 101 bytes; at most 100 are allowed (MaxBytes).", error.Message);
    }

    [Theory]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>")]
    [InlineData("%PDF-1.7")]
    [InlineData("push graphic-context\nviewbox 0 0 1 1")]
    [InlineData("BM but no picture")]
    public void A_format_that_is_not_listed_never_reaches_a_decoder(string content)
    {
        var error = Assert.Throws<MeshException>(() => PictureReader.Read(System.Text.Encoding.UTF8.GetBytes(content), Limits, 0));

        Assert.Equal(ErrorReason.ImageFormatUnsupported, error.Reason);
        Assert.Contains("JPEG, PNG, WebP, GIF, AVIF", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_large_jpeg_is_shrunk_on_load_but_stays_twice_as_large_as_needed()
    {
        using var large = (Image.Black(1600, 800, bands: 3) + 90).Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);

        var picture = PictureReader.Read(large.JpegsaveBuffer(), Limits, 96);

        Assert.Equal((400, 200), (picture.Width, picture.Height));
    }

    private static byte[] Animation(Image frame, int frames)
    {
        // Frames that differ, or the writer merges them.
        using var strip = Image.Arrayjoin([.. Enumerable.Range(0, frames).Select(i => (frame + (i * 30)).Cast(Enums.BandFormat.Uchar))], across: 1);
        using var animation = strip.Mutate(m => m.Set(GValue.GIntType, "page-height", frame.Height));
        return animation.GifsaveBuffer();
    }

    private static byte[] PngHeader(int width, int height)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 2);
        return [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, .. Chunk("IHDR", header), .. Chunk("IDAT", [0x78, 0x9C, 3, 0, 0, 0, 0, 1])];
    }

    private static byte[] Chunk(string type, byte[] data)
    {
        byte[] body = [.. System.Text.Encoding.ASCII.GetBytes(type), .. data];
        var crc = uint.MaxValue;
        foreach (var value in body)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }
        }

        var chunk = new byte[body.Length + 8];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        body.CopyTo(chunk, 4);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(body.Length + 4), ~crc);
        return chunk;
    }
}
