namespace MultiModalMesh.Data.Scenes;

/// <summary>A noun (or "it") in a question that means exactly one object of the scene.</summary>
/// <param name="Start">First character in the question.</param>
/// <param name="Length">Characters.</param>
/// <param name="ObjectIndex">Index in <see cref="Scene.Objects"/>.</param>
public sealed record Mention(int Start, int Length, int ObjectIndex);

/// <summary>A question and the only correct answer to it.</summary>
/// <param name="Kind">What is asked for.</param>
/// <param name="FollowUp">The question cannot be understood without the turn before it.</param>
/// <param name="Question">English; the first letter in either case; in training the final '?' is missing now and then.</param>
/// <param name="Answer">Sentence case with a period.</param>
/// <param name="Mentions">For grounding; empty where no object is meant.</param>
public sealed record DialogueTurn(QuestionKind Kind, bool FollowUp, string Question, string Answer, IReadOnlyList<Mention> Mentions);

/// <summary>One picture with everything that is known about it.</summary>
/// <param name="Scene">What the picture shows.</param>
/// <param name="Pixels">RGB, [height, width, 3], row-major, 0..255.</param>
/// <param name="PatchLabels">[grid, grid], row-major: a kind, or the number of kinds + the background colour.</param>
/// <param name="Turns">A dialogue of 5..8 turns, at most 90 words.</param>
/// <param name="RetrievalSentence">A sentence that describes the picture, for contrastive learning and search.</param>
public sealed record Sample(Scene Scene, byte[] Pixels, short[] PatchLabels, IReadOnlyList<DialogueTurn> Turns, string RetrievalSentence);
