using System.CommandLine;
using System.Text.Json;
using MultiModalMesh.Grains.Storage;
using MultiModalMesh.Workers.Stores;

namespace MultiModalMesh.Mesh.CommandLine;

/// <summary><c>mesh cluster init</c>: makes the servers that a cluster of several machines stands on ready, or looks whether they are.</summary>
internal static class ClusterCommand
{
    public static Command Create() => new("cluster", "Look after the servers that a mesh on more than one machine stands on.") { CreateInit() };

    private static Command CreateInit()
    {
        var provider = new Option<string?>("--provider") { Description = "redis (Garnet, too) or postgresql. Default: the setting Cluster:Provider." };
        provider.AcceptOnlyFromAmong(StoreKind.Redis, StoreKind.PostgreSql);
        var connection = new Option<string?>("--connection-string")
        {
            Description = "Of that server. Default: the setting Cluster:ConnectionString, which the environment variable Cluster__ConnectionString gives without showing a password to others.",
        };
        var check = new Option<bool>("--check") { Description = "Change nothing; end with 1 if something is missing." };
        var json = new Option<bool>("--json") { Description = "Print JSON for programs instead of text for people." };
        var command = new Command("init", "Make the tables that silos need, and look how safe what the server acknowledges is. May be run again.")
        {
            provider, connection, check, json,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["Cluster:Provider"] = result.GetValue(provider),
                ["Cluster:ConnectionString"] = result.GetValue(connection),
            };
            var configuration = new ConfigurationBuilder()
                .SetBasePath(AppContext.BaseDirectory)
                .AddJsonFile("appsettings.json", optional: true)
                .AddEnvironmentVariables()
                .AddInMemoryCollection(settings.Where(setting => setting.Value is not null))
                .Build();
            var reports = await ClusterStores.InspectAsync(configuration, make: !result.GetValue(check), cancellationToken);
            return await PrintAsync(reports, result.GetValue(json));
        });
        return command;
    }

    private static async Task<int> PrintAsync(IReadOnlyDictionary<string, StoreReport> reports, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(reports, JsonSerializerOptions.Web));
        }
        else if (reports.Count == 0)
        {
            Console.WriteLine("Nothing to make ready: Cluster:Provider is 'localhost', which needs no server. Name one with --provider and --connection-string.");
        }
        else
        {
            foreach (var (name, report) in reports)
            {
                Console.WriteLine(name);
                Print("", report.Facts);
                Print("made: ", report.Made);
                await Console.Out.FlushAsync();
                foreach (var line in report.Warnings.Select(warning => $"  warning: {warning}").Concat(report.Missing.Select(missing => $"  missing: {missing}")))
                {
                    await Console.Error.WriteLineAsync(line);
                }
            }
        }

        return reports.Values.All(report => report.Missing.Count == 0) ? 0 : 1;

        static void Print(string prefix, IEnumerable<string> lines)
        {
            foreach (var line in lines)
            {
                Console.WriteLine($"  {prefix}{line}");
            }
        }
    }
}
