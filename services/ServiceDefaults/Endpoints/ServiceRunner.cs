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
    /// Builds and starts the application and waits for its shutdown. What an operator can mend (a port in use, a wrong setting, a broken
    /// pack) is one sentence on the error output; everything else is thrown.
    /// </summary>
    /// <param name="builder">The composed services.</param>
    /// <param name="map">Maps the endpoints.</param>
    /// <param name="cancellationToken">Ends the process in good order.</param>
    /// <returns>The process's exit code: 0, or 1 if it could not start.</returns>
    public static async Task<int> RunServiceAsync(this WebApplicationBuilder builder, Action<WebApplication> map, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(map);
        WebApplication? app = null;
        try
        {
            app = builder.Build();
            map(app);
            await app.StartAsync(cancellationToken);
            await app.WaitForShutdownAsync(cancellationToken);
            return 0;
        }
        catch (Exception e) when (Explain(e) is { } sentence)
        {
            await StopQuietlyAsync(app);
            await Console.Error.WriteLineAsync(sentence);
            return 1;
        }
        finally
        {
            if (app is not null)
            {
                await app.DisposeAsync();
            }
        }
    }

    /// <summary>
    /// Stops what had started before the start failed, so that it is not torn down while it works (a silo would complain at length).
    /// </summary>
    public static async Task StopQuietlyAsync(WebApplication? app)
    {
        if (app is null)
        {
            return;
        }

        try
        {
            await app.StopAsync(CancellationToken.None);
        }
#pragma warning disable CA1031 // The failure that led here is the one to report.
        catch (Exception)
        {
        }
#pragma warning restore CA1031
    }

    /// <summary>The sentence for a failed start that its operator can mend, or null if it is a defect.</summary>
    public static string? Explain(Exception error) => error switch
    {
        // Kestrel's own message names the address: "Failed to bind to address http://127.0.0.1:8081: address already in use."
        IOException { InnerException: AddressInUseException } => $"{error.Message} Stop the program that uses it, or choose another port (0 takes a free one).",
        OptionsValidationException invalid => string.Join(Environment.NewLine, invalid.Failures),
        MeshException known => known.Message,
        InvalidOperationException { InnerException: FormatException or OverflowException or ArgumentException } conversion
            when conversion.Message.Contains("configuration value", StringComparison.Ordinal) => conversion.Message,

        // Options that look at each other fail together, each with its sentence.
        AggregateException several when several.InnerExceptions.Select(Explain).ToArray() is var sentences && sentences.All(one => one is not null) =>
            string.Join(Environment.NewLine, sentences.Distinct(StringComparer.Ordinal)),
        _ => null,
    };
}
