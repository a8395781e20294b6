using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace MultiModalMesh.Mesh.CommandLine;

/// <summary><c>mesh search NAME ["words"] [--image FILE]</c>: finds pictures of a collection.</summary>
internal static class SearchCommand
{
    public static Command Create()
    {
        var collection = new Argument<string>("collection") { Description = "Name given to index." };
        var words = new Argument<string?>("words") { Description = "What to look for.", Arity = ArgumentArity.ZeroOrOne };
        var image = new Option<FileInfo?>("--image") { Description = "Look for pictures like this one; together with words: like this one, but as the words say." };
        var filter = FilterOption.Create();
        var hybrid = new Option<bool>("--hybrid") { Description = "Look for the words in what is stored with the pictures, too, and join the two ranks." };
        var limit = new Option<int>("--limit") { Description = "How many, 1 to 1000.", DefaultValueFactory = _ => 10 };
        var connection = new ConnectionOptions();
        var command = new Command("search", "Find pictures by words or by a picture.") { collection, words, image, limit, filter, hybrid };
        command.Validators.Add(result =>
        {
            if (result.GetValue(words) is null && (result.GetValue(image) is null || result.GetValue(hybrid)))
            {
                result.AddError(result.GetValue(hybrid) ? "--hybrid needs words." : "search takes words, --image FILE, or both.");
            }
        });
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var number and (< 1 or > 1000))
            {
                result.AddError($"--limit takes 1 to 1000, not {number}.");
            }
        });
        connection.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var mesh = await connection.ConnectAsync(result, cancellationToken);
            var hits = await mesh.Client.SearchAsync(
                result.GetRequiredValue(collection), result.GetValue(words), result.GetValue(image), result.GetValue(limit), result.GetValue(filter), result.GetValue(hybrid), cancellationToken);
            if (result.GetValue(connection.Json))
            {
                Console.WriteLine(JsonSerializer.Serialize(new { hits }, JsonSerializerOptions.Web));
                return 0;
            }

            var table = new Table().Border(TableBorder.Rounded).AddColumns("Score", "Picture");
            foreach (var hit in hits)
            {
                table.AddRow(hit.Score.ToString("0.000", CultureInfo.InvariantCulture), IndexedPicture.NameOf(hit).EscapeMarkup());
            }

            AnsiConsole.Write(table);
            return 0;
        });
        return command;
    }
}
