using System.Collections.Immutable;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Users;

namespace MultiModalMesh.Grains.Tests.Users;

public sealed class UserStateTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Pages_hold_every_dialogue_once_the_latest_first_also_where_times_are_equal()
    {
        var state = State(Enumerable.Range(0, 23).Select(i => Summary($"d{i:00}", Noon.AddMinutes(i / 4))));
        List<string> seen = [];
        var token = "";
        do
        {
            var page = state.Page(5, token);
            Assert.InRange(page.Dialogues.Count, 1, 5);
            seen.AddRange(page.Dialogues.Select(one => one.DialogueId));
            token = page.NextPageToken;
        }
        while (token.Length > 0);

        Assert.Equal(state.Dialogues.Values.OrderByDescending(one => one.UpdatedAt).ThenBy(one => one.DialogueId, StringComparer.Ordinal).Select(one => one.DialogueId), seen);
    }

    [Fact]
    public void A_dialogue_that_changes_between_two_pages_costs_no_other_its_place()
    {
        var state = State(Enumerable.Range(0, 6).Select(i => Summary($"d{i}", Noon.AddMinutes(i))));
        var first = state.Page(3, "");

        var changed = state with { Dialogues = state.Dialogues.SetItem("d0", Summary("d0", Noon.AddHours(1))) };

        Assert.Equal(["d2", "d1"], changed.Page(3, first.NextPageToken).Dialogues.Select(one => one.DialogueId));
    }

    [Fact]
    public void An_empty_list_is_one_empty_page()
    {
        var page = new UserState().Page(10, "");

        Assert.Empty(page.Dialogues);
        Assert.Empty(page.NextPageToken);
    }

    [Theory]
    [InlineData("%%%")]
    [InlineData("eA")]
    [InlineData("bm90YW51bWJlciB4")]
    public void A_token_that_is_none_is_refused(string token) =>
        Assert.Equal("page_token", Assert.Throws<MeshException>(() => new UserState().Page(10, token)).Field);

    private static DialogueSummary Summary(string id, DateTimeOffset at) => new() { DialogueId = id, Title = id, UpdatedAt = at };

    private static UserState State(IEnumerable<DialogueSummary> summaries) => new() { Dialogues = summaries.ToImmutableDictionary(one => one.DialogueId) };
}
