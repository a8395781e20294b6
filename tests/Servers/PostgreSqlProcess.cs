using System.Diagnostics;
using System.Globalization;

namespace MultiModalMesh.TestServers;

/// <summary>An installed PostgreSQL with a cluster of its own. It refuses to run as root, so there it runs as the user that its package made.</summary>
internal sealed class PostgreSqlProcess : TestServer
{
    private static readonly string? Programs = Find();

    /// <summary>Why there is none, or null.</summary>
    public static string? Missing { get; } = Programs is null ? "PostgreSQL is not installed; apt-get install postgresql." : null;

    public override string ConnectionString => $"Host=127.0.0.1;Port={Text(Port)};Username=postgres;Database=postgres";

    protected override string ReadyLine => "database system is ready to accept connections";

    private string Data => Path.Combine(Folder, "data");

    public static async Task<PostgreSqlProcess> StartNewAsync()
    {
        var server = new PostgreSqlProcess();
        if (Environment.UserName == "root")
        {
            await RunAsync("chown", "postgres", server.Folder);
        }

        var (program, arguments) = AsUser("initdb", "-D", server.Data, "-U", "postgres", "-A", "trust", "--no-sync");
        await RunAsync(program, arguments);
        await server.StartAsync();
        return server;
    }

    protected override ProcessStartInfo Command()
    {
        var (program, arguments) = AsUser(
            "postgres", "-D", Data, "-p", Text(Port), "-c", "listen_addresses=127.0.0.1", "-c", $"unix_socket_directories={Folder}");
        return new ProcessStartInfo(program, arguments) { WorkingDirectory = Path.GetTempPath() };
    }

    /// <summary>
    /// The server itself and not who started it: that one has to see the death, or the process table keeps an entry that the next start
    /// takes for a living server. What the server started ends by itself when it is gone.
    /// </summary>
    protected override void Kill(Process process)
    {
        var server = int.Parse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First(), CultureInfo.InvariantCulture);
        using var postgres = Process.GetProcessById(server);
        postgres.Kill();
    }

    private static (string Program, string[] Arguments) AsUser(string program, params string[] arguments)
    {
        var path = Path.Combine(Programs!, program);
        return Environment.UserName == "root" ? ("runuser", ["-u", "postgres", "--", path, .. arguments]) : (path, arguments);
    }

    private static string? Find()
    {
        const string Debian = "/usr/lib/postgresql";
        IEnumerable<string> folders = Directory.Exists(Debian)
            ? Directory.GetDirectories(Debian).OrderByDescending(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0)
                .Select(path => Path.Combine(path, "bin"))
            : [];
        var all = folders.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries));
        return all.FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")));
    }
}
