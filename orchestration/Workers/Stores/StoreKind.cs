namespace MultiModalMesh.Workers.Stores;

/// <summary>Where the list of members and the dialogues can be kept, as the settings spell it.</summary>
public static class StoreKind
{
    /// <summary>For members: the one process with the silo role keeps the list in its memory.</summary>
    public const string Localhost = "localhost";

    /// <summary>For dialogues: a file of the one process with the silo role.</summary>
    public const string Sqlite = "sqlite";

    /// <summary>Garnet, Redis or whatever speaks its protocol and runs Lua.</summary>
    public const string Redis = "redis";

    public const string PostgreSql = "postgresql";

    /// <summary>True if more than one process can use it.</summary>
    public static bool IsShared(string kind) => kind is Redis or PostgreSql;

    /// <summary>What is wrong with a connection string, or null. The string itself holds a password and is not repeated.</summary>
    public static string? Problem(string kind, string connectionString, string key)
    {
        if (!IsShared(kind))
        {
            return null;
        }

        var example = kind == Redis ? RedisServer.Example : PostgreSqlServer.Example;
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            return $"{key} is missing; {kind} needs one such as '{example}'.";
        }

        try
        {
            return (kind == Redis ? RedisServer.NamesServer(connectionString) : PostgreSqlServer.NamesServer(connectionString))
                ? null
                : $"{key} names no server; {kind} needs one such as '{example}'.";
        }
        catch (Exception e) when (e is ArgumentException or FormatException or NotSupportedException)
        {
            return $"{key} cannot be read ({e.GetType().Name}); {kind} needs one such as '{example}'.";
        }
    }
}
