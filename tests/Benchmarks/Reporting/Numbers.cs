using System.Globalization;
using MultiModalMesh.Benchmarks.Measuring;

namespace MultiModalMesh.Benchmarks.Reporting;

/// <summary>Numbers for people: three significant digits.</summary>
internal static class Numbers
{
    public static string Text(double value)
    {
        var decimals = value == 0 ? 0 : Math.Clamp(2 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 3);
        return value.ToString("N" + decimals, CultureInfo.InvariantCulture);
    }

    public static string Text(Spread spread) => spread.Minimum == spread.Maximum
        ? Text(spread.Median)
        : $"{Text(spread.Median)} ({Text(spread.Minimum)} … {Text(spread.Maximum)})";
}
