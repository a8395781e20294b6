using MultiModalMesh.ModelHub;
using MultiModalMesh.ModelHub.Folders;
using Spectre.Console;

namespace MultiModalMesh.Mesh.CommandLine.Models;

/// <summary>What a pull brings and leaves, for people.</summary>
internal static class PullReport
{
    public static string Summary(PullPlan plan)
    {
        var left = plan.Selection.LeftOut.Count == 0
            ? ""
            : $" {plan.Selection.LeftOut.Count} files ({ByteCount.ToText(plan.Selection.LeftOut.Sum(file => file.Bytes))}) that the pack does not need stay there; --dry-run lists them.";
        return $"{plan.Revision.Repository} at {plan.Revision.Commit}: {plan.Selection.Files.Count} files, {ByteCount.ToText(plan.Selection.Bytes)}, licence {plan.Revision.License ?? "not stated"}.{left}";
    }

    public static void Write(PullPlan plan)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("File", "Size", "");
        foreach (var (file, fate) in plan.Selection.Files.Select(file => (file, "comes")).Concat(plan.Selection.LeftOut.Select(file => (file, "left out"))))
        {
            table.AddRow(file.Path.EscapeMarkup(), ByteCount.ToText(file.Bytes), fate);
        }

        AnsiConsole.Write(table);
        Console.WriteLine(Summary(plan));
    }
}
