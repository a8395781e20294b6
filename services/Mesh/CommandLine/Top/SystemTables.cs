using System.Globalization;
using MultiModalMesh.Mesh.Client;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace MultiModalMesh.Mesh.CommandLine.Top;

/// <summary>The mesh at a glance as text: a line about the whole, then its members, workers and models.</summary>
internal static class SystemTables
{
    private const int BarWidth = 10;

    public static IRenderable Of(SystemAnswer system, DateTimeOffset now)
    {
        var members = system.Members ?? [];
        return new Rows(new Markup(Headline(system)), Members(members, now), Workers(system.Workers), Models(system.Workers));
    }

    public static string Headline(SystemAnswer system) => string.Create(
        CultureInfo.InvariantCulture,
        $"[bold]MultiModalMesh {system.Version.EscapeMarkup()}[/]  up {Duration(TimeSpan.FromSeconds(system.UptimeSeconds))}  {Count(system.Members?.Count ?? 0, "member")}  {Count(system.Workers.Count, "worker")}  {(system.ActiveDialogues is { } dialogues ? Count(dialogues, "active dialogue") : "active dialogues unknown")}{Jobs(system.Jobs)}");

    // A server of an older version does not tell, and then there is nothing to say.
    private static string Jobs(JobsAnswer? jobs) => jobs switch
    {
        null => "",
        { Active: 0 } => "  no jobs",
        _ => string.Create(
            CultureInfo.InvariantCulture,
            $"  {Count(jobs.Active, "job")}: {jobs.ItemsDone + jobs.ItemsFailed} of {jobs.ItemsTotal} items{(jobs.ItemsFailed > 0 ? $" ({jobs.ItemsFailed} failed)" : "")}, {jobs.ItemsPerSecond:0.#} a second"),
    };

    private static Table Members(IReadOnlyList<MemberAnswer> members, DateTimeOffset now)
    {
        var table = Table("Member", "Host", "Roles", "Worker", "Status", "Since");
        foreach (var member in members)
        {
            table.AddRow(
                member.Address.EscapeMarkup(), member.Host.EscapeMarkup(), string.Join(", ", member.Roles).EscapeMarkup(), (member.WorkerId ?? "").EscapeMarkup(),
                member.Status == "Active" ? "[green]active[/]" : $"[yellow]{member.Status.ToLowerInvariant().EscapeMarkup()}[/]", Duration(now - member.JoinedAt));
        }

        return table;
    }

    private static Table Workers(IReadOnlyList<WorkerAnswer> workers)
    {
        var table = Table("Worker", "Device", "Load", "Active", "Queued", "Capacity", "In flight", "Speed");
        foreach (var column in table.Columns.Skip(3).Take(3))
        {
            column.RightAligned();
        }

        foreach (var worker in workers)
        {
            var (active, queued, capacity) = (worker.Load.Active, worker.Load.Queued, worker.Load.Capacity);
            var backlogs = (worker.Backlogs ?? []).Where(backlog => backlog.Unit.Length > 0 && (backlog.InFlight > 0 || backlog.PerSecond > 0)).ToList();
            table.AddRow(
                worker.Id.EscapeMarkup(),
                worker.Device.EscapeMarkup(),
                Bar(active, queued, capacity),
                Number(active), Number(queued), Number(capacity),
                string.Join('\n', backlogs.Select(backlog => $"{Number(backlog.InFlight)} {backlog.Unit.EscapeMarkup()}")),
                string.Join('\n', backlogs.Select(backlog => backlog.PerSecond > 0 ? string.Create(CultureInfo.InvariantCulture, $"{backlog.PerSecond:0.#} {backlog.Unit.EscapeMarkup()}/s") : "")));
        }

        return table;
    }

    private static Table Models(IReadOnlyList<WorkerAnswer> workers)
    {
        var table = Table("Model", "Can", "Workers");
        var served = workers.SelectMany(worker => worker.Offers.Select(offer => (offer, worker.Id))).Where(entry => entry.offer.Model.Length > 0)
            .GroupBy(entry => $"{entry.offer.Model}@{entry.offer.Version}", StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal);
        foreach (var model in served)
        {
            table.AddRow(
                model.Key.EscapeMarkup(),
                string.Join(", ", model.SelectMany(entry => entry.offer.Capabilities).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)).EscapeMarkup(),
                string.Join(", ", model.Select(entry => entry.Id).Distinct(StringComparer.Ordinal)).EscapeMarkup());
        }

        return table;
    }

    private static Table Table(params string[] columns) => new Table().Border(TableBorder.Rounded).Expand().AddColumns(columns);

    /// <summary>What is worked on, and behind it what waits, as shares of what is taken at most.</summary>
    private static string Bar(int active, int queued, int capacity)
    {
        var working = Cells(active, capacity);
        var waiting = Math.Min(BarWidth - working, Cells(queued, capacity));
        return $"[green]{new string('█', working)}[/][yellow]{new string('▒', waiting)}[/][grey]{new string('░', BarWidth - working - waiting)}[/]";
    }

    // Whatever there is shows.
    private static int Cells(int part, int capacity) => capacity <= 0 ? 0 : Math.Min(BarWidth, (int)Math.Ceiling((double)part * BarWidth / capacity));

    private static string Count(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Duration(TimeSpan time) => time switch
    {
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, (int)time.TotalSeconds)} s"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min"),
        { TotalDays: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalDays} d {time.Hours} h"),
    };
}
