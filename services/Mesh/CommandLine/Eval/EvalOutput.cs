using System.Text.Encodings.Web;
using System.Text.Json;
using MultiModalMesh.Errors;
using MultiModalMesh.Evaluation.Reports;
using Spectre.Console;

namespace MultiModalMesh.Mesh.CommandLine.Eval;

/// <summary>A report on the terminal and in the files that were asked for.</summary>
internal static class EvalOutput
{
    private const int FailuresShown = 20;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task WriteAsync(EvaluationReport report, EvalSettings settings, bool json, CancellationToken cancellationToken)
    {
        await WriteFileAsync(settings.Markdown, () => Task.FromResult(MarkdownReport.Write(report)), cancellationToken);
        await WriteFileAsync(settings.Html, () => HtmlReport.WriteAsync(report, cancellationToken), cancellationToken);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(report, Json));
            return;
        }

        AnsiConsole.WriteLine($"{report.Subject.Task}: {report.Subject.Model} on {report.Subject.DataSet}, {report.Items} items, {report.Failed} failed");
        foreach (var part in ReportTable.Of(report, narrow: true))
        {
            var table = new Table().Border(TableBorder.Rounded).Title(part.Title.EscapeMarkup());
            foreach (var head in part.Head)
            {
                table.AddColumn(head.EscapeMarkup());
            }

            foreach (var row in part.Rows)
            {
                table.AddRow([.. row.Select(cell => cell.EscapeMarkup())]);
            }

            AnsiConsole.Write(table);
        }

        foreach (var failure in report.Failures.Take(FailuresShown))
        {
            await Console.Error.WriteLineAsync($"{failure.Id}: {failure.Error}");
        }

        if (report.Failed > FailuresShown)
        {
            await Console.Error.WriteLineAsync($"and {report.Failed - FailuresShown} more failed; --json lists them all.");
        }

        foreach (var note in report.Notes)
        {
            AnsiConsole.WriteLine(note);
        }
    }

    public static async Task WriteFileAsync(string? path, Func<Task<string>> write, CancellationToken cancellationToken)
    {
        if (path is null)
        {
            return;
        }

        try
        {
            await File.WriteAllTextAsync(path, await write(), cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new MeshException(ErrorReason.StorageFailed, $"'{path}' cannot be written: {failure.Message}", failure);
        }
    }
}
