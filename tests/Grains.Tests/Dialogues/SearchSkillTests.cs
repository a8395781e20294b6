using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Retrieval.V1;

namespace MultiModalMesh.Grains.Tests.Dialogues;

public sealed class SearchSkillTests(SharedMesh shared) : IClassFixture<SharedMesh>
{
    private readonly string _id = $"s{Guid.NewGuid():N}";

    [Fact]
    public async Task A_text_is_searched_for_in_the_tenants_collection_and_the_hits_come_with_a_true_sentence()
    {
        shared.Mesh.Worker.Hits =
        [
            new SearchResponse { Id = "i1", Score = 0.91f, Payload = FakeRetrieval.Payload("title", "a red cup") },
            new SearchResponse { Id = "i2", Score = 0.5f, Payload = FakeRetrieval.Payload("file", "dog.png") },
            new SearchResponse { Id = "i3", Score = 0.25f },
            new SearchResponse { Id = "i4", Score = 0.125f },
        ];

        var turn = await SearchAsync(new PostTurnCommand { RequestId = "r", Text = "cups" });

        Assert.Equal((TurnState.Done, "The nearest 4 items in 'photos', best first: a red cup (0.91), dog.png (0.50), i3 (0.25), …"), (turn.State, turn.Answer));
        Assert.Equal(["i1", "i2", "i3", "i4"], turn.Hits.Select(hit => hit.Id));
        Assert.Contains("a red cup", turn.Hits[0].PayloadJson, StringComparison.Ordinal);
        var searched = shared.Mesh.Worker.Searched!;
        Assert.Equal(("default", "photos", 10), (searched.Name.Tenant, searched.Name.Collection, searched.Limit));
        Assert.Equal([0f, 1f], searched.Vector);
    }

    [Fact]
    public async Task A_picture_is_searched_with_where_there_is_no_text()
    {
        shared.Mesh.Worker.Hits = [];

        var turn = await SearchAsync(new PostTurnCommand { RequestId = "r", ImageIds = ["img_1"] });

        Assert.Equal((TurnState.Done, "Nothing was found in 'photos'."), (turn.State, turn.Answer));
        Assert.Equal([1f, 0f], shared.Mesh.Worker.Searched!.Vector);
    }

    [Fact]
    public async Task A_picture_that_is_not_there_fails_the_turn_with_its_reason()
    {
        var turn = await SearchAsync(new PostTurnCommand { RequestId = "r", ImageIds = ["img_missing"] });

        Assert.Equal((TurnState.Failed, "IMAGE_NOT_FOUND"), (turn.State, turn.Error!.Reason));
    }

    private async Task<TurnView> SearchAsync(PostTurnCommand command)
    {
        var dialogue = shared.Mesh.Dialogue(_id);
        var turn = await dialogue.PostTurnAsync(command with { Skill = Skill.Search, Options = new TurnOptions { Collection = "photos" } });
        return await dialogue.EndAsync(turn.TurnId);
    }
}
