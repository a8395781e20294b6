using System.CommandLine;
using MultiModalMesh.Mesh.Packs;
using MultiModalMesh.ModelHub;
using MultiModalMesh.ModelHub.Hub;

namespace MultiModalMesh.Mesh.CommandLine.Models;

/// <summary><c>mesh models pull OWNER/NAME[@REVISION]</c>: brings a published model from a hub.</summary>
internal static class PullModelCommand
{
    private const string TokenVariable = "HF_TOKEN";
    private const string EndpointVariable = "HF_ENDPOINT";
    private const string EndpointKey = "Hub:Endpoint";
    private const string VariantKey = "Inference:Variant";

    public static Command Create()
    {
        var model = new Argument<string>("model") { Description = "owner/name or owner/name@revision, such as HuggingFaceTB/SmolVLM-256M-Instruct." };
        var hub = new Option<string?>("--hub") { Description = $"Address of a hub with the Hugging Face file API. Default: {EndpointVariable}, the setting {EndpointKey}, {HubOptions.DefaultEndpoint}." };
        var variant = new Option<string?>("--variant") { Description = "Precision of the graphs: auto, fp32, fp16, int8, quantized, uint8, q4, q4f16, bnb4. Default: what serve is set to use, else auto." };
        var name = new Option<string?>("--name") { Description = "Name of the pack's folder. Default: the model's name without its owner." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would come and what would be left out; change nothing." };
        var options = new ShelfOptions();
        var command = new Command("pull", $"Bring a published model from a hub; interrupted, it goes on the next time. {TokenVariable} gives access to private ones.") { model, hub, variant, name, dryRun };
        options.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var shelf = options.Open(result);
            using var client = new HubClient(new HubOptions { Endpoint = Endpoint(result.GetValue(hub), shelf), Token = Environment.GetEnvironmentVariable(TokenVariable) });
            if (client.WithholdsToken)
            {
                await Console.Error.WriteLineAsync($"{TokenVariable} is not sent: the connection to {client.Endpoint} is not encrypted.");
            }

            var pull = new PackPull(client);
            var plan = await pull.PlanAsync(
                HubReference.Parse(result.GetRequiredValue(model)), result.GetValue(variant) ?? shelf.Configuration[VariantKey] ?? "auto", cancellationToken);
            if (result.GetValue(dryRun))
            {
                if (!options.Prints(result, plan))
                {
                    PullReport.Write(plan);
                }

                return 0;
            }

            await Console.Error.WriteLineAsync(PullReport.Summary(plan));
            var pulled = await PullProgressBars.RunAsync(plan, progress => pull.RunAsync(plan, shelf.PullFolder(), result.GetValue(name), progress, cancellationToken));
            if (!options.Prints(result, pulled))
            {
                Console.WriteLine(pulled.AlreadyThere
                    ? $"'{Path.GetFileName(pulled.Folder)}' is there already, complete and at this commit: {pulled.Folder}"
                    : $"'{Path.GetFileName(pulled.Folder)}' is there: {pulled.Folder}. A mesh that runs on these folders serves it within seconds; 'models verify {Path.GetFileName(pulled.Folder)}' tries it now.");
            }

            return 0;
        });
        return command;
    }

    private static Uri Endpoint(string? option, PackShelf shelf) =>
        option is not null ? HubOptions.ParseEndpoint(option, $"--hub '{option}'")
        : Environment.GetEnvironmentVariable(EndpointVariable) is { Length: > 0 } variable ? HubOptions.ParseEndpoint(variable, $"{EndpointVariable} '{variable}'")
        : shelf.Configuration[EndpointKey] is { Length: > 0 } setting ? HubOptions.ParseEndpoint(setting, $"{EndpointKey} '{setting}'")
        : new HubOptions().Endpoint;
}
