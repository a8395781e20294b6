using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using MultiModalMesh.ServiceDefaults.Endpoints;

namespace MultiModalMesh.ServiceDefaults.Tests.Endpoints;

public sealed class ServiceRunnerTests
{
    [Fact]
    public async Task A_port_in_use_is_one_sentence_and_exit_code_1()
    {
        using var occupant = new TcpListener(IPAddress.Loopback, 0);
        occupant.Start();
        var port = ((IPEndPoint)occupant.LocalEndpoint).Port;

        var (exitCode, lines) = await RunAsync(new() { ["Grpc:Port"] = $"{port}" });

        Assert.Equal(1, exitCode);
        var line = Assert.Single(lines);
        Assert.Contains($"127.0.0.1:{port}", line, StringComparison.Ordinal);
        Assert.Contains("in use", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_out_of_range_names_the_key_and_both_values()
    {
        var (exitCode, lines) = await RunAsync(new() { ["Grpc:Port"] = "70000" });

        Assert.Equal(1, exitCode);
        Assert.Equal("Grpc:Port is '70000', but a port is 0..65535.", Assert.Single(lines));
    }

    [Fact]
    public async Task A_setting_of_the_wrong_kind_names_its_key()
    {
        var (exitCode, lines) = await RunAsync(new() { ["Grpc:Port"] = "eight" });

        Assert.Equal(1, exitCode);
        Assert.Contains("'Grpc:Port'", Assert.Single(lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_folder_that_is_a_file_is_named()
    {
        var file = Path.GetTempFileName();
        try
        {
            var (exitCode, lines) = await RunAsync(new() { ["Data:Path"] = file });

            Assert.Equal(1, exitCode);
            Assert.StartsWith($"Data:Path is '{file}', which cannot be made a folder", Assert.Single(lines), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    // All that an operator sees: the console's log lines and the error output together.
    private static async Task<(int ExitCode, string[] Lines)> RunAsync(Dictionary<string, string?> settings)
    {
        var data = Directory.CreateTempSubdirectory("role-");
        var output = new StringWriter();
        var (standardOut, standardError) = (Console.Out, Console.Error);
        Console.SetOut(output);
        Console.SetError(output);
        try
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders().AddProvider(new TextWriterLogs(output));
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Data:Path"] = data.FullName }).AddInMemoryCollection(settings);
            builder.AddServiceDefaults("test");
            builder.ListenForGrpc();
            var exitCode = await builder.RunServiceAsync(app => app.MapServiceDefaults(), TestContext.Current.CancellationToken);
            return (exitCode, output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        }
        finally
        {
            Console.SetOut(standardOut);
            Console.SetError(standardError);
            data.Delete(recursive: true);
        }
    }

    private sealed class TextWriterLogs(TextWriter output) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            output.WriteLine($"{logLevel}: {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
