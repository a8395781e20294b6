using MultiModalMesh.Inference.Pictures;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Pictures;

public sealed class PreprocessorParityTests
{
    [Theory]
    [InlineData("rgb.png", 0)]
    [InlineData("gray.png", 0)]
    [InlineData("baseline.jpg", 2)]
    [InlineData("progressive_exif6.jpg", 2)]
    [InlineData("narrow.webp", 2)]
    public void Resized_and_cropped_bytes_equal_those_of_the_reference(string image, int tolerance)
    {
        var picture = PictureReader.Read(Fixtures.Image(image), new PictureLimits(), 0);
        var expected = Fixtures.Npy("tiny-clip", "goldens", $"pixels_u8_{Path.GetFileNameWithoutExtension(image)}.npy");

        var fitted = PicturePreprocessor.Load(Fixtures.Path("tiny-clip", "preprocessor_config.json")).Fit(picture);

        Assert.Equal((32, 32), (fitted.Width, fitted.Height));
        var beyond = Enumerable.Range(0, expected.Length).Count(i => Math.Abs(expected[i] - fitted.Rgb[(i % 1024 * 3) + (i / 1024)]) > tolerance);
        Assert.True(beyond <= (tolerance == 0 ? 0 : 8), $"{beyond} of {expected.Length} values differ by more than {tolerance}");
    }

    [Fact]
    public void Values_are_rescaled_and_normalised_channel_by_channel()
    {
        var picture = PictureReader.Read(Fixtures.Image("rgb.png"), new PictureLimits(), 0);
        var golden = Fixtures.Goldens("tiny-clip").GetProperty("images")[0].GetProperty("pixel_values");

        var values = PicturePreprocessor.Load(Fixtures.Path("tiny-clip", "preprocessor_config.json")).PixelValues(picture);

        foreach (var sample in golden.GetProperty("samples").EnumerateArray())
        {
            var at = sample.GetProperty("at").Ints();
            Assert.Equal(sample.GetProperty("value").GetDouble(), values[(((at[0] * 32) + at[1]) * 32) + at[2]], 1e-5);
        }
    }

    [Theory]
    [InlineData(1, 200_000)]
    [InlineData(200_000, 1)]
    public void An_elongated_picture_is_refused_before_it_becomes_huge(int width, int height)
    {
        var picture = new Picture(width, height, new byte[width * height * 3]);

        var error = Assert.Throws<Errors.MeshException>(
            () => PicturePreprocessor.Load(Fixtures.Path("tiny-clip", "preprocessor_config.json")).Fit(picture with { Rgb = new byte[picture.Rgb.Length] }));

        Assert.Equal(Errors.ErrorReason.ImageTooLarge, error.Reason);
    }
}
