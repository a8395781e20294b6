using System.Text.Json;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using MultiModalMesh.FunctionalTests.Console;
using MultiModalMesh.FunctionalTests.Dialogues;
using static Microsoft.Playwright.Assertions;

namespace MultiModalMesh.FunctionalTests.Evaluation;

/// <summary>The rating page in a real browser, with the keyboard.</summary>
public sealed class RatingPageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_person_rates_with_the_keyboard_and_goes_on_after_a_kill_and_the_report_says_who_won()
    {
        var arguments = await WriteRunsAsync();
        await using var browser = await Browser.StartAsync();

        // "good" always wins, but for one tie; the page shows which side that is only by the answer's text.
        await using (var first = ServiceProcess.Start("services/Mesh", arguments))
        {
            var page = await OpenAsync(browser, first);
            await Expect(page.GetByTestId("progress")).ToHaveTextAsync("0 of 4 rated");
            Assert.DoesNotContain("run-b", await page.ContentAsync(), StringComparison.Ordinal);
            var side = await page.GetByTestId("left-answer").TextContentAsync();
            await page.Keyboard.PressAsync(side == "good" ? "1" : "2");
            await Expect(page.GetByTestId("progress")).ToHaveTextAsync("1 of 4 rated");
            await page.Keyboard.PressAsync("0");
            await Expect(page.GetByTestId("progress")).ToHaveTextAsync("2 of 4 rated");
            await Expect(page.GetByTestId("pair")).ToHaveAttributeAsync("data-position", "2");
            await first.KillAsync();
        }

        await using (var second = ServiceProcess.Start("services/Mesh", arguments))
        {
            var page = await OpenAsync(browser, second);
            await Expect(page.GetByTestId("progress")).ToHaveTextAsync("2 of 4 rated");
            await Expect(page.GetByTestId("pair")).ToHaveAttributeAsync("data-position", "2");

            // The pair before shows what was chosen.
            await page.Keyboard.PressAsync("Backspace");
            await Expect(page.GetByTestId("tie")).ToHaveAttributeAsync("aria-pressed", "true");
            await page.Keyboard.PressAsync("ArrowDown");
            for (var position = 2; position < 4; position++)
            {
                await Expect(page.GetByTestId("pair")).ToHaveAttributeAsync("data-position", $"{position}");
                var left = await page.GetByTestId("left-answer").TextContentAsync();
                await page.Keyboard.PressAsync(left == "good" ? "ArrowLeft" : "ArrowRight");
            }

            await Expect(page.GetByTestId("done")).ToBeVisibleAsync();
            await Expect(page.GetByTestId("progress")).ToHaveTextAsync("4 of 4 rated");
        }

        await using var report = ServiceProcess.Start("services/Mesh", ["rate", "report", Path.Combine(_folder.Path, "ratings.jsonl"), "--json"]);
        Assert.Equal(0, await report.WaitForExitAsync(Cancellation));
        var json = JsonElement.Parse(report.Answer);
        Assert.Equal(4, json.GetProperty("ratings").GetInt32());
        Assert.Equal("run-b", json.GetProperty("bradleyTerry")[0].GetProperty("name").GetString());
        var pair = json.GetProperty("pairs")[0];
        Assert.Equal((0, 3, 1), (pair.GetProperty("winsA").GetInt32(), pair.GetProperty("winsB").GetInt32(), pair.GetProperty("ties").GetInt32()));
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 390)]
    public async Task The_page_shows_the_picture_has_no_accessibility_violations_and_logs_no_errors(ColorScheme scheme, int width)
    {
        var arguments = await WriteRunsAsync();
        await using var process = ServiceProcess.Start("services/Mesh", arguments);
        await using var browser = await Browser.StartAsync();
        var page = await OpenAsync(browser, process, scheme, width);
        var errors = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                errors.Add(message.Text);
            }
        };

        await Expect(page.GetByTestId("picture")).ToHaveJSPropertyAsync("complete", true);
        Assert.True(await page.GetByTestId("picture").EvaluateAsync<int>("picture => picture.naturalWidth") > 0);
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "The page is wider than the screen.");
        var result = await page.RunAxe();
        Assert.True(result.Violations.Length == 0, string.Join("\n", result.Violations.Select(violation => $"{violation.Id}: {violation.Help}")));
        await page.GetByTestId("right").ClickAsync();
        await Expect(page.GetByTestId("progress")).ToHaveTextAsync("1 of 4 rated");
        Assert.Empty(errors);
    }

    private static async Task<IPage> OpenAsync(Browser browser, ServiceProcess process, ColorScheme scheme = ColorScheme.Light, int width = 1280)
    {
        const string Ready = "Rate 4 pairs: ";
        var line = await process.WaitForLineAsync(text => text.StartsWith(Ready, StringComparison.Ordinal), "the page's address", Cancellation);
        var page = await browser.OpenAsync(new Uri(line[Ready.Length..].Trim()), scheme, width);
        await page.GetByTestId("rater").FillAsync("ann");
        await page.GetByTestId("rater").PressAsync("Enter");
        await Expect(page.GetByTestId("pair")).ToBeVisibleAsync();
        return page;
    }

    private async Task<string[]> WriteRunsAsync()
    {
        foreach (var (name, answer) in ((string, string)[])[("run-a", "poor"), ("run-b", "good")])
        {
            await File.WriteAllLinesAsync(
                Path.Combine(_folder.Path, $"{name}.jsonl"),
                Enumerable.Range(0, 4).Select(i => JsonSerializer.Serialize(new { id = $"{i}", answer, picture = $"{i}.png", question = "What is this?" })),
                Cancellation);
        }

        for (var i = 0; i < 4; i++)
        {
            await File.WriteAllBytesAsync(Path.Combine(_folder.Path, $"{i}.png"), Scenes.Get(300 + i).Png(), Cancellation);
        }

        return
        [
            "rate", "--a", Path.Combine(_folder.Path, "run-a.jsonl"), "--b", Path.Combine(_folder.Path, "run-b.jsonl"), "--images", _folder.Path,
            "--ratings", Path.Combine(_folder.Path, "ratings.jsonl"),
        ];
    }
}
