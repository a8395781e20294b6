using System.CommandLine;
using System.Text.Json;
using MultiModalMesh.Mesh.Client;

namespace MultiModalMesh.Mesh.CommandLine;

/// <summary><c>mesh describe IMAGE…</c>: says what is in each picture.</summary>
internal static class DescribeCommand
{
    public static Command Create()
    {
        var images = new Argument<FileInfo[]>("image") { Description = "Pictures: JPEG, PNG, WebP, GIF, AVIF.", Arity = ArgumentArity.OneOrMore };
        var connection = new ConnectionOptions();
        var command = new Command("describe", "Say what is in pictures.") { images };
        connection.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var mesh = await connection.ConnectAsync(result, cancellationToken);
            return await PictureTalk.RunAsync(
                mesh.Client, result.GetRequiredValue(images), question: "", result.GetValue(connection.Model), result.GetValue(connection.Json), cancellationToken);
        });
        return command;
    }
}

/// <summary><c>mesh ask IMAGE "question"</c>: answers a question about a picture.</summary>
internal static class AskCommand
{
    public static Command Create()
    {
        var image = new Argument<FileInfo>("image") { Description = "A picture: JPEG, PNG, WebP, GIF, AVIF." };
        var question = new Argument<string>("question") { Description = "Such as \"how many cups are there?\"" };
        var connection = new ConnectionOptions();
        var command = new Command("ask", "Answer a question about a picture.") { image, question };
        connection.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var mesh = await connection.ConnectAsync(result, cancellationToken);
            return await PictureTalk.RunAsync(
                mesh.Client,
                [result.GetRequiredValue(image)],
                result.GetRequiredValue(question),
                result.GetValue(connection.Model),
                result.GetValue(connection.Json),
                cancellationToken);
        });
        return command;
    }
}

/// <summary>What <c>describe</c> and <c>ask</c> share: one question to each picture, streamed to the terminal.</summary>
internal static class PictureTalk
{
    /// <returns>1 if any picture failed; the others are still answered.</returns>
    public static async Task<int> RunAsync(
        MeshClient client, IReadOnlyList<FileInfo> images, string question, string? model, bool json, CancellationToken cancellationToken)
    {
        var failed = 0;
        foreach (var image in images)
        {
            try
            {
                if (!json && images.Count > 1)
                {
                    Console.Write($"{image.Name}: ");
                }

                var answer = new System.Text.StringBuilder();
                await foreach (var delta in client.AskAsync(image, question, model, cancellationToken))
                {
                    answer.Append(delta);
                    if (!json)
                    {
                        Console.Write(delta);
                    }
                }

                Console.WriteLine(json ? JsonSerializer.Serialize(new { image = image.FullName, answer = answer.ToString() }, JsonSerializerOptions.Web) : "");
            }
            catch (Errors.MeshException failure) when (images.Count > 1)
            {
                failed++;
                if (json)
                {
                    Console.WriteLine(JsonSerializer.Serialize(
                        new { image = image.FullName, error = new { reason = failure.Reason.Code, message = failure.Message } }, JsonSerializerOptions.Web));
                }
                else
                {
                    Console.WriteLine();
                    await Console.Error.WriteLineAsync($"{image.Name}: {failure.Message} ({failure.Reason.Code})");
                }
            }
        }

        return failed == 0 ? 0 : 1;
    }
}
