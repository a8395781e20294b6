using MultiModalMesh.Inference.Telemetry;

namespace MultiModalMesh.Inference.Decoding;

/// <summary>
/// Iteration-level scheduling (Yu et al., 2022, Orca): in every step, sequences whose reader has gone leave, waiting ones get their places,
/// every sequence that decodes gets one token, and the prompts that are not computed yet advance by one chunk. Used by one thread.
/// </summary>
internal sealed class Scheduler : IDisposable
{
    private readonly DecoderRunner _runner;
    private readonly InferenceOptions _options;
    private readonly AdmissionQueue _queue;
    private readonly TimeProvider _time;
    private readonly RunningBatches _batches;
    private readonly TokenChooser _chooser;
    private readonly LogProbabilities _logProbabilities;
    private readonly IReadOnlyList<int> _endTokens;
    private readonly PrefixCache _cache;
    private readonly Func<Sequence, bool> _mayStart;
    private volatile int _active;

    public Scheduler(DecoderRunner runner, BatchPolicy policy, InferenceOptions options, AdmissionQueue queue, IReadOnlyList<int> endTokens, TimeProvider time)
    {
        _runner = runner;
        _batches = new RunningBatches(policy, options.RunningKvBytes);
        _options = options;
        _queue = queue;
        _endTokens = endTokens;
        _time = time;
        _chooser = new TokenChooser(runner.Graph.VocabularySize, endTokens);
        _logProbabilities = new LogProbabilities(runner.Graph.VocabularySize);
        _cache = new PrefixCache(options.PrefixCacheBytes, runner.Graph.Layout, CachedMemory, time);

        // One that is over the budget alone is let in when it is alone; it could never start else.
        _mayStart = sequence => _active == 0 || _batches.HasRoomFor(DecodeBatch.Bytes(runner.Graph, 1, sequence.FinalLength));
    }

    public KvMemory RunningMemory { get; } = new("running");

    public KvMemory CachedMemory { get; } = new("cached");

    /// <summary>Sequences that have a place. May be read by any thread.</summary>
    public int Active => _active;

    public bool HasWork => _active > 0 || _queue.Waiting > 0;

    public long Steps { get; private set; }

    /// <summary>Runs of the decoder's graph.</summary>
    public long Runs { get; private set; }

    public void Step()
    {
        Steps++;
        DropCancelled(_batches.Prefilling);
        DropCancelled(_batches.Decoding);
        _batches.RemoveEmpty();
        Admit();
        foreach (var batch in _batches.Decoding)
        {
            Decode(batch);
        }

        Prefill();
        _batches.Tidy();
    }

    /// <summary>Forgets keys and values that were not used for <see cref="InferenceOptions.CacheLifetime"/>.</summary>
    public void DropUnused() => _cache.DropUnused(_options.CacheLifetime);

    /// <summary>Ends all that run and wait with an error.</summary>
    public void FailAll(Exception error)
    {
        while (_queue.TryTake(static _ => true, out var sequence))
        {
            sequence.Started = _time.GetTimestamp();
            _queue.Ended(sequence);
            sequence.End(error);
        }

        foreach (var batch in _batches.Prefilling.Concat(_batches.Decoding))
        {
            Fail(batch, error);
        }

        _batches.RemoveEmpty();
    }

    public void Dispose() => _cache.Dispose();

    private void DropCancelled(List<DecodeBatch> batches)
    {
        foreach (var batch in batches)
        {
            for (var row = batch.Count - 1; row >= 0; row--)
            {
                if (batch[row].IsCancelled)
                {
                    Leave(batch, row);
                }
            }
        }
    }

    private void Admit()
    {
        while (_active < _options.MaxConcurrentSequences && _queue.TryTake(_mayStart, out var sequence))
        {
            sequence.Started = _time.GetTimestamp();
            _active++;
            var batch = new DecodeBatch(_runner, RunningMemory);
            try
            {
                if (sequence.IsCancelled)
                {
                    End(sequence);
                    continue;
                }

                if (sequence.IsComplete())
                {
                    sequence.Begin(0);
                    sequence.CompleteIfAtEnd();
                    End(sequence);
                    continue;
                }

                var cached = _cache.Restore(sequence.GivenKeys, batch.Kv, sequence.FinalLength - sequence.Tokens.Length);
                InferenceInstruments.ReusedFromCache(Math.Min(cached, sequence.Request.Prompt.Count));
                sequence.Begin(cached);
                batch.Start(sequence);
                _batches.Prefilling.Add(batch);
            }
#pragma warning disable CA1031 // Whatever it is belongs to this answer; the others go on.
            catch (Exception e)
            {
                batch.Dispose();
                End(sequence, e);
            }
#pragma warning restore CA1031
        }
    }

    private void Decode(DecodeBatch batch)
    {
        try
        {
            Runs++;
            InferenceInstruments.RanBatch(AdmissionQueue.Name, batch.Count);
            batch.Step();
        }
#pragma warning disable CA1031 // Whatever it is belongs to these answers; the others go on.
        catch (Exception e)
        {
            Fail(batch, e);
            return;
        }
#pragma warning restore CA1031

        InferenceInstruments.Generated(batch.Count);

        // From the last on: the row that takes a leaving one's place has been seen already, and logits stay where the run left them.
        for (var row = batch.Count - 1; row >= 0; row--)
        {
            if (!Accept(batch[row], row, out var error))
            {
                Leave(batch, row, error);
            }
        }
    }

    private void Prefill()
    {
        var budget = _options.PrefillChunk;
        while (_batches.Prefilling.Count > 0 && budget > 0)
        {
            var batch = _batches.Prefilling[0];
            var sequence = batch[0];
            var count = Math.Min(sequence.Tokens.Length - sequence.Computed, budget);
            budget -= count;
            try
            {
                Runs++;
                batch.Prefill(count);
            }
#pragma warning disable CA1031 // Whatever it is belongs to this answer; the others go on.
            catch (Exception e)
            {
                Fail(batch, e);
                _batches.Prefilling.RemoveAt(0);
                continue;
            }
#pragma warning restore CA1031

            InferenceInstruments.Prefilled(count);
            if (sequence.Computed == sequence.Tokens.Length)
            {
                _batches.Prefilling.RemoveAt(0);
                Prefilled(batch, sequence);
            }
        }
    }

    private void Prefilled(DecodeBatch batch, Sequence sequence)
    {
        InferenceInstruments.Generated(1);
        if (!Accept(sequence, 0, out var error))
        {
            Leave(batch, 0, error);
            batch.Dispose();
            return;
        }

        // Now, and not at the end only: others that begin with the same system prompt may be waiting.
        _cache.Add(sequence.GivenKeys, batch.Kv, 0, sequence.Request.CacheKey);
        _batches.Join(batch);
    }

    private bool Accept(Sequence sequence, int row, out Exception? error)
    {
        error = null;
        try
        {
            var logits = _runner.Logits(row);
            var chosen = _chooser.Choose(logits, sequence.Request.Sampling, sequence.Tokens, sequence.CompletionTokens, sequence.Constraint);
            if (sequence.IsWeighed)
            {
                sequence.Weigh(chosen.LogProbability ?? _logProbabilities.Of(logits, chosen.Id, alternatives: 0).LogProbability!.Value);
            }

            return sequence.Accept(chosen, _endTokens);
        }
#pragma warning disable CA1031 // Whatever it is belongs to this answer; the others go on.
        catch (Exception e)
        {
            error = e;
            return false;
        }
#pragma warning restore CA1031
    }

    private void Leave(DecodeBatch batch, int row, Exception? error = null)
    {
        var sequence = batch[row];
        if (error is null && !sequence.IsCancelled)
        {
            _cache.Add(sequence.ComputedKeys(), batch.Kv, row, sequence.Request.CacheKey);
        }

        batch.Remove(row);
        End(sequence, error);
        _batches.RowsLeft();
    }

    private void End(Sequence sequence, Exception? error = null)
    {
        _active--;
        _queue.Ended(sequence);
        sequence.End(error);
    }

    private void Fail(DecodeBatch batch, Exception error)
    {
        for (var row = 0; row < batch.Count; row++)
        {
            End(batch[row], error);
        }

        batch.Dispose();
        _batches.RowsLeft();
    }
}
