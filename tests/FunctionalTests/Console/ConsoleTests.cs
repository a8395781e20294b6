using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using MultiModalMesh.Data.Scenes;
using MultiModalMesh.FunctionalTests.Dialogues;
using static Microsoft.Playwright.Assertions;

namespace MultiModalMesh.FunctionalTests.Console;

/// <summary>The web console in a real browser, as a person uses it.</summary>
public sealed class ConsoleTests(MeshFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dropped_picture_is_described_and_questions_are_answered_and_a_reload_keeps_them()
    {
        var sample = Scenes.Get(180);
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync(fixture.Mesh.Http);

        await DropAsync(page, sample.Png());
        await page.GetByTestId("send").ClickAsync();
        var answers = page.GetByTestId("turn-answer");
        await Expect(answers.First).ToHaveAttributeAsync("data-state", "done");
        await Expect(answers.First).ToHaveTextAsync(new System.Text.RegularExpressions.Regex(@"\w{3,}"));

        await page.GetByTestId("composer-text").FillAsync("What colour is the background?");
        await page.GetByTestId("composer-text").PressAsync("Enter");
        await Expect(answers.Nth(1)).ToHaveAttributeAsync("data-state", "done");
        var colour = Colours.Names[sample.Scene.Background];
        await Expect(answers.Nth(1)).ToContainTextAsync(colour, new LocatorAssertionsToContainTextOptions { IgnoreCase = true });

        await page.ReloadAsync();
        await Expect(answers).ToHaveCountAsync(2);
        await Expect(answers.Nth(1)).ToContainTextAsync(colour, new LocatorAssertionsToContainTextOptions { IgnoreCase = true });
    }

    [Fact]
    public async Task A_sample_picture_starts_a_dialogue_with_one_click()
    {
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync(fixture.Mesh.Http);
        await page.GetByTestId("new-dialogue").ClickAsync();

        await page.GetByTestId("sample").First.ClickAsync();

        await Expect(page.GetByTestId("turn-answer").First).ToHaveAttributeAsync("data-state", "done");
        await Expect(page.GetByTestId("dialogue-list").GetByRole(AriaRole.Listitem).First).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Light, 390)]
    public async Task The_pages_have_no_accessibility_violations(ColorScheme scheme, int width)
    {
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync(fixture.Mesh.Http, scheme, width);
        await page.GetByTestId("sample").First.ClickAsync();
        await Expect(page.GetByTestId("turn-answer").First).ToHaveAttributeAsync("data-state", "done");
        await AssertAccessibleAsync(page);

        await page.GotoAsync(new Uri(fixture.Mesh.Http, "#/search").ToString());
        await Expect(page.GetByTestId("search-text")).ToBeVisibleAsync();
        await AssertAccessibleAsync(page);

        await page.GotoAsync(new Uri(fixture.Mesh.Http, "#/mesh").ToString());
        await Expect(page.GetByTestId("mesh-map").GetByRole(AriaRole.Img)).ToBeVisibleAsync();
        await AssertAccessibleAsync(page);
    }

    [Fact]
    public async Task The_page_loads_nothing_from_elsewhere_and_logs_no_errors()
    {
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync(fixture.Mesh.Http);
        var foreign = new List<string>();
        var errors = new List<string>();
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(fixture.Mesh.Http.ToString(), StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal)
                && !request.Url.StartsWith("blob:", StringComparison.Ordinal))
            {
                foreign.Add(request.Url);
            }
        };
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                errors.Add(message.Text);
            }
        };
        page.PageError += (_, error) => errors.Add(error);

        await page.ReloadAsync();
        await page.GetByTestId("sample").First.ClickAsync();
        await Expect(page.GetByTestId("turn-answer").First).ToHaveAttributeAsync("data-state", "done");

        Assert.Empty(foreign);
        Assert.Empty(errors);
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task The_mesh_is_drawn_with_what_it_serves_and_followed_while_it_is_looked_at(int width)
    {
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync(new Uri(fixture.Mesh.Http, "#/mesh"), width: width);

        var map = page.GetByTestId("mesh-map").GetByRole(AriaRole.Img);
        await Expect(map).ToHaveAttributeAsync("aria-label", new System.Text.RegularExpressions.Regex("a gateway, 1 silo, 1 worker, "));
        await Expect(map).ToContainTextAsync("picto");
        await Expect(page.GetByTestId("mesh-workers").GetByRole(AriaRole.Row)).ToHaveCountAsync(1);
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "The page is wider than the screen.");

        var asked = await page.RunAndWaitForResponseAsync(() => Task.CompletedTask, response => response.Url.EndsWith("/api/system", StringComparison.Ordinal));
        Assert.True(asked.Ok);
    }

    /// <summary>Drops a file onto the page the way a browser delivers it: a drop event with a DataTransfer.</summary>
    private static async Task DropAsync(IPage page, byte[] png)
    {
        var transfer = await page.EvaluateHandleAsync(
            """
            base64 => {
              const bytes = Uint8Array.from(atob(base64), c => c.charCodeAt(0));
              const transfer = new DataTransfer();
              transfer.items.add(new File([bytes], 'scene.png', { type: 'image/png' }));
              return transfer;
            }
            """,
            Convert.ToBase64String(png));
        foreach (var type in (string[])["dragenter", "dragover", "drop"])
        {
            await page.GetByTestId("drop-target").DispatchEventAsync(type, new { dataTransfer = transfer });
        }
    }

    private static async Task AssertAccessibleAsync(IPage page)
    {
        Cancellation.ThrowIfCancellationRequested();
        var result = await page.RunAxe();
        Assert.True(
            result.Violations.Length == 0,
            string.Join("\n", result.Violations.Select(v => $"{v.Id}: {v.Help} ({string.Join(", ", v.Nodes.Select(n => n.Html))})")));
    }
}
