using System.Runtime.InteropServices;
using MultiModalMesh.Errors;
using MultiModalMesh.Evaluation.Items;

namespace MultiModalMesh.Evaluation.ModelRuns;

/// <summary>Asks a model about every item that has no answer yet, a few at a time. What fails is written down as a failure and never passed over.</summary>
/// <param name="endpoint">The model.</param>
/// <param name="run">Takes the answers.</param>
/// <param name="concurrency">Items at a time.</param>
/// <param name="progress">Called after each item, with how many are done and how many failed.</param>
public sealed class ModelRun(ModelEndpoint endpoint, RunFile run, int concurrency, Action<int, int> progress)
{
    /// <summary>Inputs of one embeddings request: enough to fill an encoder's batch, few enough to keep a request small.</summary>
    private const int EmbeddingBatch = 16;

    private int _done;
    private int _failed;

    /// <summary>One question about each picture. In <paramref name="prompt"/>, {question} stands for the item's.</summary>
    public Task AnswerAsync(IReadOnlyList<EvaluationItem> items, string prompt, CancellationToken cancellationToken) =>
        ForEachAsync(items.Where(item => !run.Has(item.Id)), async (item, token) =>
        {
            var text = prompt.Replace("{question}", item.Question ?? "", StringComparison.Ordinal);
            var picture = item.Picture is null ? null : await ReadAsync(item.Picture, token);
            return new Prediction(item.Id) { Answer = await endpoint.ChatAsync([new ChatMessage("user", text, picture)], token) };
        }, cancellationToken);

    /// <summary>Every turn after the model's own answers to the turns before, the picture with the first.</summary>
    public Task TalkAsync(IReadOnlyList<EvaluationItem> items, CancellationToken cancellationToken) =>
        ForEachAsync(items.Where(item => !run.Has(item.Id)), async (item, token) =>
        {
            var messages = new List<ChatMessage>();
            var answers = new List<string>();
            foreach (var turn in item.Turns)
            {
                var picture = messages.Count == 0 && item.Picture is not null ? await ReadAsync(item.Picture, token) : null;
                messages.Add(new ChatMessage("user", turn.Question, picture));
                answers.Add(await endpoint.ChatAsync(messages, token));
                messages.Add(new ChatMessage("assistant", answers[^1]));
            }

            return new Prediction(item.Id) { Answers = answers };
        }, cancellationToken);

    /// <summary>Vectors of texts and pictures. A request that is refused is repeated input by input, so that one bad picture fails alone.</summary>
    public Task EmbedAsync(IEnumerable<EmbeddingTask> tasks, CancellationToken cancellationToken)
    {
        var open = tasks.Where(task => !run.Has(task.Id, task.Part)).Chunk(EmbeddingBatch);
        return Parallel.ForEachAsync(open, Options(cancellationToken), async (batch, token) =>
        {
            var predictions = await EmbedAsync(batch, token);
            foreach (var prediction in predictions)
            {
                await AddAsync(prediction, token);
            }
        });
    }

    private async Task<IReadOnlyList<Prediction>> EmbedAsync(EmbeddingTask[] batch, CancellationToken cancellationToken)
    {
        try
        {
            var parts = new List<EmbeddingPart>();
            foreach (var task in batch)
            {
                parts.Add(new EmbeddingPart(task.Text, task.Picture is null ? null : await ReadAsync(task.Picture, cancellationToken)));
            }

            var vectors = await endpoint.EmbedAsync(parts, cancellationToken);
            return [.. batch.Select((task, i) => new Prediction(task.Id) { Part = task.Part, Vector = MemoryMarshal.AsBytes(vectors[i].AsSpan()).ToArray() })];
        }
        catch (MeshException failure) when (!Ends(failure))
        {
            if (batch is [var single])
            {
                return [Failed(single.Id, failure) with { Part = single.Part }];
            }

            var alone = new List<Prediction>();
            foreach (var task in batch)
            {
                alone.AddRange(await EmbedAsync([task], cancellationToken));
            }

            return alone;
        }
    }

    private Task ForEachAsync(IEnumerable<EvaluationItem> items, Func<EvaluationItem, CancellationToken, Task<Prediction>> ask, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(items, Options(cancellationToken), async (item, token) =>
        {
            Prediction prediction;
            try
            {
                prediction = await ask(item, token);
            }
            catch (MeshException failure) when (!Ends(failure))
            {
                prediction = Failed(item.Id, failure);
            }

            await AddAsync(prediction with { Picture = item.Picture?.Name, Question = item.Question }, token);
        });

    /// <summary>A missing server, model or key fails every item alike: the run stops and can go on later.</summary>
    private static bool Ends(MeshException failure) =>
        failure.Reason == ErrorReason.PeerUnavailable || failure.Reason.Category is ErrorCategory.Unauthenticated
        || (failure.Reason.Category is ErrorCategory.NotFound && failure.Reason != ErrorReason.ImageNotFound)
        || failure.Reason == ErrorReason.CapabilityMissing;

    private static Prediction Failed(string id, MeshException failure) => new(id) { Error = new PredictionError(failure.Reason.Code, failure.Message) };

    private static async Task<byte[]> ReadAsync(Picture picture, CancellationToken cancellationToken)
    {
        try
        {
            return await picture.ReadAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new MeshException(ErrorReason.ImageNotFound, $"'{picture.Name}' cannot be read: {failure.Message}", failure);
        }
    }

    private ParallelOptions Options(CancellationToken cancellationToken) => new() { MaxDegreeOfParallelism = concurrency, CancellationToken = cancellationToken };

    private async Task AddAsync(Prediction prediction, CancellationToken cancellationToken)
    {
        await run.AddAsync(prediction, cancellationToken);
        progress(Interlocked.Increment(ref _done), prediction.Error is null ? _failed : Interlocked.Increment(ref _failed));
    }
}

/// <summary>Something to embed, and what its vector is stored under.</summary>
/// <param name="Id">Of the item, or of a class.</param>
/// <param name="Part">Of it: picture, text:0, text:1 …</param>
/// <param name="Text">This, or a picture.</param>
/// <param name="Picture">This, or a text.</param>
public sealed record EmbeddingTask(string Id, string Part, string? Text, Picture? Picture);
