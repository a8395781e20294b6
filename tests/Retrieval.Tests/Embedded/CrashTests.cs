using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.V1;
using MultiModalMesh.ServiceDefaults.Tests;
using static MultiModalMesh.Retrieval.Tests.RetrievalClient;

namespace MultiModalMesh.Retrieval.Tests.Embedded;

public sealed partial class CrashTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("retrieval-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_acknowledged_survives_SIGKILL()
    {
        const int Items = 600;
        using (var killed = await RetrievalProcess.StartAsync(_data))
        {
            await killed.Client.CreateAsync(2, model: "picto@1");
            Assert.Equal(Items, await killed.Client.UpsertAsync(Enumerable.Range(0, Items).Select(i => Item($"{i}", [1, i]))));
            await killed.Client.Raw.DeleteItemsAsync(new DeleteItemsRequest { Name = Things, Ids = { "7" } }, cancellationToken: Cancellation);

            // A stream in the middle of its items when the process dies.
            using var open = killed.Client.Raw.UpsertItems(cancellationToken: Cancellation);
            await open.RequestStream.WriteAsync(new UpsertItemsRequest { Name = Things }, Cancellation);
            await open.RequestStream.WriteAsync(new UpsertItemsRequest { Item = Item("half", [1, 0]) }, Cancellation);
            killed.Kill();
        }

        using var restarted = await RetrievalProcess.StartAsync(_data);
        var collection = await restarted.Client.CreateAsync(2, model: "picto@1");
        var found = await restarted.Client.SearchAsync([0, 1], limit: 1000);

        Assert.Equal(Items - 1, collection.ItemCount);
        Assert.Equal(Enumerable.Range(0, Items).Where(i => i != 7), found.Select(hit => int.Parse(hit.Id)).Order());
    }

    [Fact]
    public async Task A_second_process_on_the_same_folder_is_refused()
    {
        using var first = await RetrievalProcess.StartAsync(_data);

        var error = await Assert.ThrowsAsync<MeshException>(() => RoleProcess.StartAsync(builder => builder.AddRetrieval(), app => app.MapRetrieval(), _data.FullName));

        Assert.Equal(ErrorReason.StorageFailed, error.Reason);
        Assert.Contains("in use by another process", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _data.Delete(recursive: true);

    /// <summary>The role's own program in a process of its own.</summary>
    private sealed partial class RetrievalProcess : IDisposable
    {
        private readonly Process _process;
        private readonly GrpcChannel _channel;

        private RetrievalProcess(Process process, string address)
        {
            _process = process;
            _channel = GrpcChannel.ForAddress(address);
            Client = new RetrievalClient(_channel);
        }

        public RetrievalClient Client { get; }

        public static async Task<RetrievalProcess> StartAsync(DirectoryInfo data)
        {
            var program = Path.Combine(AppContext.BaseDirectory, "MultiModalMesh.Retrieval.dll");
            var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet", Arguments(program, data))
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            deadline.CancelAfter(TimeSpan.FromSeconds(30));
            List<string> seen = [];
            while (await process.StandardOutput.ReadLineAsync(deadline.Token) is { } line)
            {
                seen.Add(line);
                if (Listening().Match(line) is { Success: true } match)
                {
                    _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
                    _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
                    return new RetrievalProcess(process, match.Groups[1].Value);
                }
            }

            throw new InvalidOperationException($"The role ended before it listened: {string.Join('\n', seen)}\n{await process.StandardError.ReadToEndAsync(Cancellation)}");
        }

        // A cluster of its own: nothing here needs the mesh around it.
        private static string[] Arguments(string program, DirectoryInfo data)
        {
            using var free = new TcpListener(IPAddress.Loopback, 0);
            free.Start();
            var port = ((IPEndPoint)free.LocalEndpoint).Port;
            return [program, "--Data:Path", data.FullName, "--Cluster:SiloPort", $"{port}", "--Cluster:Primary", $"127.0.0.1:{port}"];
        }

        public void Kill()
        {
            _process.Kill();
            _process.WaitForExit();
        }

        public void Dispose()
        {
            _channel.Dispose();
            Kill();
            _process.Dispose();
        }

        [GeneratedRegex("Listening on '(http://[^']+)'")]
        private static partial Regex Listening();
    }
}
