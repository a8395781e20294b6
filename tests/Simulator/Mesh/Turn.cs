namespace MultiModalMesh.Simulator.Mesh;

/// <summary>A dialogue, one of its turns after the other.</summary>
internal sealed class Dialogue(int id, string key, int prompt, int turns)
{
    public int Id => id;

    public string Key => key;

    /// <summary>Tokens so far.</summary>
    public int Prompt { get; set; } = prompt;

    public int TurnsLeft { get; set; } = turns;

    /// <summary>The first turn has no prefix anywhere.</summary>
    public bool HasHistory { get; set; }
}

/// <summary>A turn on its way to an answer.</summary>
internal sealed class Turn(Dialogue dialogue, int prompt, int answer, double arrival)
{
    public Dialogue Dialogue => dialogue;

    public int Prompt => prompt;

    public int Answer => answer;

    public double Arrival => arrival;

    /// <summary>What a worker that got it reserves.</summary>
    public int Size { get; init; }

    public List<string> Avoid { get; } = [];

    /// <summary>Grows where a worker died under it, so that what was planned there is known as void.</summary>
    public int Attempt { get; set; }
}
