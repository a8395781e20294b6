using System.Threading.Channels;
using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Trainer.Training;

/// <summary>Composes batches ahead of training on a thread of its own; when a few wait, composing waits. A resumed stream goes on with the very next batch.</summary>
internal sealed class BatchStream : IAsyncDisposable
{
    public const int TextOnlyEvery = 16;

    /// <summary>Batches that are sorted by length together.</summary>
    private const int Pool = 8;

    private const int Ahead = 4;

    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<(Batch Batch, Batch? TextOnly)> _channel = Channel.CreateBounded<(Batch, Batch?)>(Ahead);
    private readonly Task _producer;

    public BatchStream(SampleSource source, BatchComposer composer, int batchSize, int textOnlySize, RunState state)
    {
        var (step, dialogue) = (state.Step, state.NextTextOnly);

        // A pool that was interrupted is put together again, and what was trained on already is left out.
        var taken = state.NextSample - state.FirstSample;
        var sample = state.FirstSample + (taken / (batchSize * Pool) * batchSize * Pool);
        var skip = (int)(taken % (batchSize * Pool) / batchSize);
        _producer = Task.Factory.StartNew(async () =>
        {
            while (true)
            {
                // Batches of similar length waste little on padding; their order is shuffled so that lengths do not come in waves.
                var samples = Enumerable.Range(0, batchSize * Pool).Select(i => source.Create(sample + i)).OrderBy(composer.Length).Chunk(batchSize).ToArray();
                new Random((int)(sample % int.MaxValue)).Shuffle(samples);
                sample += batchSize * Pool;
                foreach (var chunk in samples.Skip(skip))
                {
                    Batch? textOnly = null;
                    if (step++ % TextOnlyEvery == 0)
                    {
                        textOnly = composer.Compose([.. Enumerable.Range(0, textOnlySize).Select(i => source.TextOnlyDialogue(dialogue + i))]);
                        dialogue += textOnlySize;
                    }

                    await _channel.Writer.WriteAsync((composer.Compose(chunk), textOnly), _stop.Token);
                }

                skip = 0;
            }
        }, _stop.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
        _producer.ContinueWith(t => _channel.Writer.TryComplete(t.Exception), TaskScheduler.Default);
    }

    public ValueTask<(Batch Batch, Batch? TextOnly)> NextAsync(CancellationToken cancellation) => _channel.Reader.ReadAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _producer.ContinueWith(_ => { }, TaskScheduler.Default);
        _stop.Dispose();
    }
}
