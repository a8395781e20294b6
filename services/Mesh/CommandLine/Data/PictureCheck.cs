using MultiModalMesh.Datasets;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Datasets.Reports;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Pictures;
using NetVips;

namespace MultiModalMesh.Mesh.CommandLine.Data;

/// <summary>Decodes pictures of a data set within the limits that a server has, too.</summary>
internal sealed class PictureCheck : IDisposable
{
    private const int ThumbnailEdge = 240, JpegQuality = 80;

    private readonly PictureDecoder _decoder = new(new PictureLimits { DecoderThreads = Environment.ProcessorCount });

    /// <returns>What is wrong with the picture, or null.</returns>
    public async Task<DatasetProblem?> CheckAsync(Example example, CancellationToken cancellationToken)
    {
        if (example.Picture is null)
        {
            return null;
        }

        try
        {
            await _decoder.DecodeAsync(await example.Picture.ReadAsync(cancellationToken), ThumbnailEdge, cancellationToken);
            return null;
        }
        catch (MeshException e)
        {
            return new DatasetProblem(example.Source, $"has a picture that cannot be used: {e.Message}");
        }
    }

    /// <exception cref="MeshException">The picture is missing or cannot be decoded.</exception>
    public async Task<Thumbnail> MakeAsync(PictureLocation location, CancellationToken cancellationToken)
    {
        var bytes = await location.ReadAsync(cancellationToken);
        var info = await _decoder.InspectAsync(bytes, cancellationToken);
        var picture = await _decoder.DecodeAsync(bytes, ThumbnailEdge, cancellationToken);
        using var image = Image.NewFromMemory(picture.Rgb, picture.Width, picture.Height, Picture.Channels, Enums.BandFormat.Uchar);
        using var srgb = image.Copy(interpretation: Enums.Interpretation.Srgb);
        var scale = Math.Min(1, 2.0 * ThumbnailEdge / Math.Max(picture.Width, picture.Height));
        using var small = srgb.Resize(scale);
        return new Thumbnail(small.JpegsaveBuffer(q: JpegQuality), info.Width, info.Height);
    }

    public void Dispose() => _decoder.Dispose();
}
