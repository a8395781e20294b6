namespace MultiModalMesh.Data.Scenes;

/// <summary>Words of a question or an answer, and the objects of the scene that one must look at to understand or to say them.</summary>
/// <param name="Start">First character in the question or answer.</param>
/// <param name="Length">Characters.</param>
/// <param name="Objects">Indices in <see cref="Scene.Objects"/>; empty where a question names a kind that is not in the picture.</param>
public sealed record Mention(int Start, int Length, IReadOnlyList<int> Objects);

/// <summary>A question and the only correct answer to it.</summary>
/// <param name="Kind">What is asked for.</param>
/// <param name="FollowUp">The question cannot be understood without the turn before it.</param>
/// <param name="Question">English; the first letter in either case; in training the final '?' is missing now and then.</param>
/// <param name="Answer">Sentence case with a period.</param>
/// <param name="Mentions">Nouns and "it" in the question.</param>
/// <param name="Shown">Words of the answer that can be read off objects: names with their counts, places, numbers of a kind.</param>
public sealed record DialogueTurn(QuestionKind Kind, bool FollowUp, string Question, string Answer, IReadOnlyList<Mention> Mentions, IReadOnlyList<Mention> Shown);

/// <summary>One picture with everything that is known about it.</summary>
/// <param name="Scene">What the picture shows.</param>
/// <param name="Pixels">RGB, [height, width, 3], row-major, 0..255.</param>
/// <param name="PatchLabels">[grid, grid], row-major: a kind, or the number of kinds + the background colour.</param>
/// <param name="Turns">A dialogue of 5..8 turns, at most 90 words.</param>
/// <param name="RetrievalSentence">A sentence that describes the picture, for contrastive learning and search.</param>
public sealed record Sample(Scene Scene, byte[] Pixels, short[] PatchLabels, IReadOnlyList<DialogueTurn> Turns, string RetrievalSentence);
