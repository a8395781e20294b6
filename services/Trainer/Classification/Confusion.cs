using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MultiModalMesh.Trainer.Classification;

/// <summary>How often each class was taken for each.</summary>
internal sealed class Confusion(IReadOnlyList<string> classes)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly int[][] _counts = [.. classes.Select(_ => new int[classes.Count])];

    public int Total => _counts.Sum(row => row.Sum());

    public int Right => _counts.Select((row, i) => row[i]).Sum();

    public double Accuracy => Total == 0 ? 0 : (double)Right / Total;

    public void Add(int actual, int predicted) => _counts[actual][predicted]++;

    /// <summary>Accuracy, and for each class its own and what it is taken for most often.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        text.AppendLine(FormattableString.Invariant($"accuracy {100 * Accuracy:0.0} % ({Right} of {Total})"));
        for (var i = 0; i < classes.Count; i++)
        {
            var all = _counts[i].Sum();
            var wrong = Enumerable.Range(0, classes.Count).Where(j => j != i && _counts[i][j] > 0).OrderByDescending(j => _counts[i][j]).Take(3).Select(j => $"{_counts[i][j]} {classes[j]}");
            text.AppendLine(FormattableString.Invariant($"  {classes[i]}: {_counts[i][i]} of {all}{(_counts[i][i] == all ? "" : "; taken for " + string.Join(", ", wrong))}"));
        }

        return text.ToString();
    }

    /// <param name="method">Such as <c>zero-shot</c>.</param>
    /// <param name="model">The pack, as <c>name@version</c>.</param>
    public string ToJson(string method, string model) =>
        JsonSerializer.Serialize(new { method, model, accuracy = Accuracy, right = Right, total = Total, classes, confusion = _counts }, Indented);
}
