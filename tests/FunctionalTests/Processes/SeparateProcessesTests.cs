using System.Net.Http.Json;
using MultiModalMesh.Data.Scenes;
using MultiModalMesh.FunctionalTests.Dialogues;

namespace MultiModalMesh.FunctionalTests.Processes;

/// <summary>The roles as processes of their own give the same answers as the all-in-one.</summary>
public sealed class SeparateProcessesTests(MeshFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Six_processes_answer_as_one_does_and_survive_the_decoders_death()
    {
        using var data = new TemporaryFolder();
        var (silo, entry, http, grpc) = (Ports.Free(), Ports.Free(), Ports.Free(), Ports.Free());
        var roles = new List<ServiceProcess>();
        ServiceProcess Start(string project, params string[] arguments)
        {
            var role = ServiceProcess.Start(
                project, ["--Data:Path", data.Path, "--Cluster:Primary", $"127.0.0.1:{silo}", .. arguments]);
            roles.Add(role);
            return role;
        }

        try
        {
            Start("orchestration/Silo", "--Cluster:SiloPort", $"{silo}", "--Cluster:GatewayPort", $"{entry}");
            Start("services/VisionEncoder");
            Start("services/TextEncoder");
            Start("services/Retrieval");
            var decoder = Start("services/Decoder");
            Start("services/Gateway", "--Cluster:Gateway", $"127.0.0.1:{entry}", "--Gateway:HttpPort", $"{http}", "--Gateway:GrpcPort", $"{grpc}");
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{http}") };
            await Poll.UntilAsync(
                () => ReadyAsync(client), ready => ready.Ok, () => $"all roles to be ready. They printed:\n{string.Join("\n--\n", roles.Select(r => r.Output))}", Cancellation);

            var sample = Scenes.Get(195);
            var apart = new DialogueClient(client);
            var together = new DialogueClient(fixture.Mesh.Client);
            var questions = sample.Turns.Where(t => t.Kind is not QuestionKind.SmallTalk).Select(t => t.Question).Take(3).ToArray();
            Assert.Equal(await ConverseAsync(together, sample, questions), await ConverseAsync(apart, sample, questions));

            Assert.Equal(await TokenizeAsync(fixture.Mesh.Client), await TokenizeAsync(client));

            // The decoder dies; another one takes its place and the dialogue goes on.
            await decoder.KillAsync();
            Start("services/Decoder");
            Assert.NotEmpty(await apart.AskAsync("apart", "What colour is the background?", [], Cancellation));
        }
        catch (Exception failure) when (failure is Xunit.Sdk.XunitException)
        {
            throw new InvalidOperationException($"{failure.Message}\nThe roles printed:\n{string.Join("\n--\n", roles.Select(r => r.Output))}", failure);
        }
        finally
        {
            foreach (var role in roles)
            {
                await role.DisposeAsync();
            }
        }
    }

    private static async Task<List<string>> ConverseAsync(DialogueClient client, Sample sample, IEnumerable<string> questions)
    {
        var image = await client.UploadAsync(sample.Png(), Cancellation);
        var answers = new List<string> { await client.AskAsync("apart", "", [image], Cancellation) };
        foreach (var question in questions)
        {
            answers.Add(await client.AskAsync("apart", question, [], Cancellation));
        }

        return answers;
    }

    private static async Task<string> TokenizeAsync(HttpClient client)
    {
        using var response = await client.PostAsJsonAsync("api/tokenize", new { model = "picto", text = "two cups" }, Cancellation);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync(Cancellation);
    }

    private static async Task<(bool Ok, string Seen)> ReadyAsync(HttpClient client)
    {
        try
        {
            // All four kinds of worker must be there, not only the gateway.
            var system = await client.GetStringAsync("api/system", Cancellation);
            string[] needed = ["chat", "image-embedding", "text-embedding", "retrieval"];
            return (needed.All(capability => system.Contains($"\"{capability}\"", StringComparison.Ordinal)), system);
        }
        catch (HttpRequestException failure)
        {
            return (false, failure.Message);
        }
    }
}
