namespace MultiModalMesh.Inference.Pictures;

/// <summary>Resampling filters, numbered as Pillow and <c>preprocessor_config.json</c> number them.</summary>
public enum ResamplingFilter
{
    Nearest = 0,
    Lanczos = 1,
    Bilinear = 2,
    Bicubic = 3,
    Box = 4,
    Hamming = 5,
}

/// <summary>
/// Resizes exactly as Pillow's <c>Image.resize</c> does, because models were trained on its output: separable, horizontal pass first, filter
/// support widened by the reduction factor, weights in 22-bit fixed point, each pass clamped to bytes (Pillow, <c>Resample.c</c>). Pillow 13
/// begins vertically where the height shrinks much more than the width; its result differs by 1 in some values there.
/// </summary>
internal static class PillowResampler
{
    private const int PrecisionBits = 32 - 8 - 2;

    public static Picture Resize(Picture source, int width, int height, ResamplingFilter filter)
    {
        if (filter == ResamplingFilter.Nearest)
        {
            return Nearest(source, width, height);
        }

        var current = source;
        if (width != current.Width)
        {
            current = Horizontal(current, width, filter);
        }

        return height != current.Height ? Vertical(current, height, filter) : current;
    }

    private static Picture Nearest(Picture source, int width, int height)
    {
        var output = new byte[height * width * Picture.Channels];
        for (var y = 0; y < height; y++)
        {
            var row = (int)((y + 0.5) * source.Height / height) * source.Width;
            for (var x = 0; x < width; x++)
            {
                source.Rgb.AsSpan((row + (int)((x + 0.5) * source.Width / width)) * Picture.Channels, Picture.Channels)
                    .CopyTo(output.AsSpan(((y * width) + x) * Picture.Channels));
            }
        }

        return new Picture(width, height, output);
    }

    private static Picture Horizontal(Picture source, int width, ResamplingFilter filter)
    {
        var weights = Weights.For(source.Width, width, filter);
        var output = new byte[source.Height * width * Picture.Channels];
        for (var y = 0; y < source.Height; y++)
        {
            var row = source.Rgb.AsSpan(y * source.Width * Picture.Channels, source.Width * Picture.Channels);
            var target = output.AsSpan(y * width * Picture.Channels, width * Picture.Channels);
            for (var x = 0; x < width; x++)
            {
                var kernel = weights.Kernel(x);
                var pixels = row.Slice(weights.Starts[x] * Picture.Channels, kernel.Length * Picture.Channels);
                int r = 1 << (PrecisionBits - 1), g = r, b = r;
                for (var k = 0; k < kernel.Length; k++)
                {
                    r += pixels[3 * k] * kernel[k];
                    g += pixels[(3 * k) + 1] * kernel[k];
                    b += pixels[(3 * k) + 2] * kernel[k];
                }

                target[3 * x] = Clamp(r);
                target[(3 * x) + 1] = Clamp(g);
                target[(3 * x) + 2] = Clamp(b);
            }
        }

        return new Picture(width, source.Height, output);
    }

    private static Picture Vertical(Picture source, int height, ResamplingFilter filter)
    {
        var weights = Weights.For(source.Height, height, filter);
        var stride = source.Width * Picture.Channels;
        var output = new byte[height * stride];
        var sums = new int[stride];
        for (var y = 0; y < height; y++)
        {
            sums.AsSpan().Fill(1 << (PrecisionBits - 1));
            var kernel = weights.Kernel(y);
            for (var k = 0; k < kernel.Length; k++)
            {
                var row = source.Rgb.AsSpan((weights.Starts[y] + k) * stride, stride);
                var weight = kernel[k];
                for (var i = 0; i < row.Length; i++)
                {
                    sums[i] += row[i] * weight;
                }
            }

            var target = output.AsSpan(y * stride, stride);
            for (var i = 0; i < target.Length; i++)
            {
                target[i] = Clamp(sums[i]);
            }
        }

        return new Picture(source.Width, height, output);
    }

    private static byte Clamp(int sum) => (byte)Math.Clamp(sum >> PrecisionBits, 0, 255);

    /// <summary>For every output position: where its input starts and the fixed-point weights from there on.</summary>
    private sealed record Weights(int[] Starts, int[] Lengths, int[] Values, int Stride)
    {
        public ReadOnlySpan<int> Kernel(int position) => Values.AsSpan(position * Stride, Lengths[position]);

        public static Weights For(int inputSize, int outputSize, ResamplingFilter filter)
        {
            var (function, radius) = Filter(filter);
            var scale = (double)inputSize / outputSize;
            var widening = Math.Max(scale, 1.0);
            var support = radius * widening;
            var stride = ((int)Math.Ceiling(support) * 2) + 1;
            var weights = new Weights(new int[outputSize], new int[outputSize], new int[outputSize * stride], stride);
            var kernel = new double[stride];
            for (var position = 0; position < outputSize; position++)
            {
                var center = (position + 0.5) * scale;
                var start = Math.Max(0, (int)(center - support + 0.5));
                var length = Math.Min(inputSize, (int)(center + support + 0.5)) - start;
                var total = 0.0;
                for (var k = 0; k < length; k++)
                {
                    kernel[k] = function((k + start - center + 0.5) * (1.0 / widening));
                    total += kernel[k];
                }

                weights.Starts[position] = start;
                weights.Lengths[position] = length;
                for (var k = 0; k < length; k++)
                {
                    var value = (total != 0 ? kernel[k] / total : kernel[k]) * (1 << PrecisionBits);
                    weights.Values[(position * stride) + k] = (int)(value < 0 ? value - 0.5 : value + 0.5);
                }
            }

            return weights;
        }
    }

    private static (Func<double, double> Function, double Radius) Filter(ResamplingFilter filter) => filter switch
    {
        ResamplingFilter.Box => (x => x is > -0.5 and <= 0.5 ? 1 : 0, 0.5),
        ResamplingFilter.Bilinear => (x => Math.Max(0, 1 - Math.Abs(x)), 1),
        ResamplingFilter.Hamming => (Hamming, 1),
        ResamplingFilter.Bicubic => (Bicubic, 2),
        ResamplingFilter.Lanczos => (x => x is >= -3 and < 3 ? Sinc(x) * Sinc(x / 3) : 0, 3),
        _ => throw new ArgumentOutOfRangeException(nameof(filter)),
    };

    private static double Hamming(double x)
    {
        x = Math.Abs(x);
        return x == 0 ? 1 : x >= 1 ? 0 : Math.Sin(x * Math.PI) / (x * Math.PI) * (0.54 + (0.46 * Math.Cos(x * Math.PI)));
    }

    private static double Bicubic(double x)
    {
        const double A = -0.5;
        x = Math.Abs(x);
        return x < 1 ? ((((A + 2) * x) - (A + 3)) * x * x) + 1
            : x < 2 ? (((((x - 5) * x) + 8) * x) - 4) * A
            : 0;
    }

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(x * Math.PI) / (x * Math.PI);
}
