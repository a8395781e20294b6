using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Pictures;
using NetVips;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Pictures;

public sealed class PictureInspectionTests : IDisposable
{
    private readonly PictureDecoder _decoder = new(new PictureLimits { MaxPixels = 10_000 });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _decoder.Dispose();

    [Fact]
    public async Task A_picture_is_told_with_its_size_as_it_is_shown()
    {
        using var image = Noise(60, 40).Mutate(x => x.Set(GValue.GIntType, "orientation", 6));

        var info = await _decoder.InspectAsync(image.JpegsaveBuffer(), Cancellation);

        Assert.Equal((PictureFormat.Jpeg, 40, 60, "image/jpeg"), (info.Format, info.Width, info.Height, info.MediaType));
    }

    [Theory]
    [InlineData(".png")]
    [InlineData(".jpg")]
    public async Task A_picture_that_is_cut_short_is_unreadable(string format)
    {
        using var image = Noise(60, 40);
        var whole = image.WriteToBuffer(format);

        var error = await Assert.ThrowsAsync<MeshException>(() => _decoder.InspectAsync(whole.AsMemory(0, whole.Length / 2), Cancellation));

        Assert.Equal(ErrorReason.ImageUnreadable, error.Reason);
    }

    [Fact]
    public async Task A_picture_above_the_limit_is_refused_with_both_numbers()
    {
        using var image = Noise(200, 60);

        var error = await Assert.ThrowsAsync<MeshException>(() => _decoder.InspectAsync(image.PngsaveBuffer(), Cancellation));

        Assert.Equal(ErrorReason.ImageTooLarge, error.Reason);
        Assert.Contains("12000", error.Message, StringComparison.Ordinal);
        Assert.Contains("10000", error.Message, StringComparison.Ordinal);
    }

    private static Image Noise(int width, int height)
    {
        using var band = Image.Gaussnoise(width, height, sigma: 40, mean: 128, seed: 1);
        return band.Bandjoin(band, band).Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
    }
}
