using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;

namespace MultiModalMesh.ServiceDefaults.Endpoints;

/// <summary>Runs a process to its end.</summary>
public static class ServiceRunner
{
    /// <summary>
    /// Starts the application and waits for its shutdown. What an operator can mend (a port in use, a wrong setting, a broken pack)
    /// is one sentence on the error output; everything else is thrown.
    /// </summary>
    /// <returns>The process's exit code: 0, or 1 if it could not start.</returns>
    public static async Task<int> RunServiceAsync(this WebApplication app, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(app);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception e) when (Explain(e) is { } sentence)
        {
            await Console.Error.WriteLineAsync(sentence);
            return 1;
        }

        await app.WaitForShutdownAsync(cancellationToken);
        return 0;
    }

    internal static string? Explain(Exception error) => error switch
    {
        // Kestrel's own message names the address: "Failed to bind to address http://127.0.0.1:8081: address already in use."
        IOException { InnerException: AddressInUseException } => $"{error.Message} Stop the program that uses it, or choose another port (0 takes a free one).",
        OptionsValidationException invalid => string.Join(Environment.NewLine, invalid.Failures),
        MeshException known => known.Message,
        AggregateException { InnerExceptions: [var only] } => Explain(only),
        _ => null,
    };
}
