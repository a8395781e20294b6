using MultiModalMesh.Inference.Decoding;
using MultiModalMesh.Inference.Packs;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Decoding;

/// <summary>A decoder that takes its steps when a test says so, on the test's thread.</summary>
internal sealed class SteppedDecoder : IDisposable
{
    private readonly ModelPack _pack;
    private readonly DecoderGraph _graph;
    private readonly DecoderRunner _runner;

    public SteppedDecoder(ModelPack pack, InferenceOptions options)
    {
        _pack = pack;
        _graph = DecoderGraph.Open(pack, options);
        _runner = new DecoderRunner(_graph);
        CanPad = PaddingProbe.CanPad(_runner);
        Queue = new AdmissionQueue(options, TimeProvider.System);
        Scheduler = new Scheduler(_runner, new BatchPolicy(_graph, CanPad), options, Queue, pack.EndTokenIds, TimeProvider.System);
    }

    public bool CanPad { get; }

    public DecoderGraph Graph => _graph;

    public AdmissionQueue Queue { get; }

    public Scheduler Scheduler { get; }

    public Submitted Submit(GenerationRequest request) => SubmitCancellable(request, CancellationToken.None);

    public Submitted SubmitCancellable(GenerationRequest request, CancellationToken cancellation)
    {
        request.Validate(_graph, _pack.ContextLength);
        var sequence = new Sequence(request, _pack.Tokenizer, _pack.ContextLength, _graph.Encoder is not null, TimeProvider.System.GetTimestamp(), cancellation);
        Queue.Add(sequence);
        return new Submitted(sequence);
    }

    public void StepUntil(Func<bool> done, string awaited)
    {
        for (var steps = 0; !done(); steps++)
        {
            Assert.True(steps < 10_000, $"10,000 steps, and still not: {awaited}");
            Scheduler.Step();
        }
    }

    public void StepToEnd() => StepUntil(() => !Scheduler.HasWork, "the end of all answers");

    public void Dispose()
    {
        Scheduler.FailAll(new OperationCanceledException());
        Scheduler.Dispose();
        _runner.Dispose();
        _graph.Dispose();
    }
}

/// <summary>What an answer's reader has seen so far.</summary>
internal sealed class Submitted(Sequence sequence)
{
    private readonly List<GenerationEvent> _events = [];

    public Sequence Sequence => sequence;

    public List<GenerationEvent> Events
    {
        get
        {
            while (sequence.Events.TryRead(out var generated))
            {
                _events.Add(generated);
            }

            return _events;
        }
    }

    public bool HasStarted => Events.Count > 0;

    public bool HasEnded => Events.Count >= 0 && sequence.Events.Completion.IsCompleted;

    public int[] Ids => [.. Events.OfType<GeneratedToken>().Select(token => token.Id)];
}
