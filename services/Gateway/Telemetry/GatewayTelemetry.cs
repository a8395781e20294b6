using System.Diagnostics;
using System.Diagnostics.Metrics;
using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Errors;
using MultiModalMesh.Gateway.Chat;
using MultiModalMesh.ServiceDefaults.Telemetry;

namespace MultiModalMesh.Gateway.Telemetry;

/// <summary>Spans and client metrics of what the gateway asks models for, under OpenTelemetry's names for generative AI.</summary>
internal sealed class GatewayTelemetry : IDisposable
{
    public const string SourceName = "MultiModalMesh.Gateway";

    private readonly ActivitySource _source = new(SourceName);
    private readonly TimeProvider _time;
    private readonly Histogram<double> _duration;
    private readonly Histogram<long> _tokens;

    public GatewayTelemetry(IMeterFactory meters, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(meters);
        _time = time;
        var meter = meters.Create(SourceName);
        _duration = meter.CreateHistogram(
            "gen_ai.client.operation.duration", "s", "Time of one operation of a model, seen from its caller.", null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92] });
        _tokens = meter.CreateHistogram(
            "gen_ai.client.token.usage", "{token}", "Tokens that went in and came out.", null,
            new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144] });
    }

    public Operation Chat(ChatRequest request)
    {
        var operation = new Operation(this, request.Prompt is null ? GenAiNames.ChatOperation : GenAiNames.CompletionOperation, request.Model);
        operation.Tag(GenAiNames.RequestTemperature, request.Temperature);
        if (request.MaxTokens > 0)
        {
            operation.Tag(GenAiNames.RequestMaxTokens, request.MaxTokens);
        }

        return operation;
    }

    public Operation Embeddings(string model) => new(this, GenAiNames.EmbeddingsOperation, model);

    public void Dispose() => _source.Dispose();

    /// <summary>One operation, from its start to its disposal.</summary>
    internal sealed class Operation : IDisposable
    {
        private readonly GatewayTelemetry _telemetry;
        private readonly Activity? _activity;
        private readonly long _start;
        private TagList _tags;

        public Operation(GatewayTelemetry telemetry, string name, string model)
        {
            _telemetry = telemetry;
            _start = telemetry._time.GetTimestamp();
            _activity = telemetry._source.StartActivity(model.Length == 0 ? name : $"{name} {model}", ActivityKind.Client);
            _tags = new TagList { { GenAiNames.OperationName, name }, { GenAiNames.ProviderName, GenAiNames.Provider } };
            if (model.Length > 0)
            {
                _tags.Add(GenAiNames.RequestModel, model);
            }

            foreach (var tag in _tags)
            {
                _activity?.SetTag(tag.Key, tag.Value);
            }
        }

        public void Tag(string name, object value) => _activity?.SetTag(name, value);

        public void AnsweredBy(string model)
        {
            _tags.Add(GenAiNames.ResponseModel, model);
            Tag(GenAiNames.ResponseModel, model);
        }

        public void Used(int inputTokens, int outputTokens)
        {
            Tag(GenAiNames.UsageInputTokens, inputTokens);
            Tag(GenAiNames.UsageOutputTokens, outputTokens);
            Record("input", inputTokens);
            if (outputTokens > 0)
            {
                Record("output", outputTokens);
            }
        }

        public void Ended(Completed completed)
        {
            Tag(GenAiNames.ResponseFinishReasons, new[] { completed.FinishReason.ToString().ToLowerInvariant() });
            if (completed.Usage is { } usage)
            {
                Used(usage.PromptTokens, usage.CompletionTokens);
            }
        }

        public void Failed(Exception error)
        {
            var type = error is MeshException known ? known.Reason.Code : error.GetType().FullName;
            _tags.Add(GenAiNames.ErrorType, type);
            Tag(GenAiNames.ErrorType, type ?? "");
            _activity?.SetStatus(ActivityStatusCode.Error, error is MeshException ? error.Message : null);
        }

        public void Dispose()
        {
            _telemetry._duration.Record(_telemetry._time.GetElapsedTime(_start).TotalSeconds, _tags);
            _activity?.Dispose();
        }

        private void Record(string type, int count)
        {
            var tags = _tags;
            tags.Add(GenAiNames.TokenType, type);
            _telemetry._tokens.Record(count, tags);
        }
    }
}
