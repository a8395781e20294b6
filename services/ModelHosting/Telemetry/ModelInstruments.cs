using System.Diagnostics;
using System.Diagnostics.Metrics;
using MultiModalMesh.Errors;
using MultiModalMesh.ServiceDefaults.Telemetry;

namespace MultiModalMesh.ModelHosting.Telemetry;

/// <summary>What every role with models measures, by the names of the OpenTelemetry conventions for generative AI.</summary>
public sealed class ModelInstruments
{
    private static readonly ActivitySource Source = new("MultiModalMesh.Models");

    private readonly Histogram<double> _requestDuration;
    private readonly Histogram<double> _timeToFirstToken;
    private readonly Histogram<double> _timePerOutputToken;
    private readonly Counter<long> _tokens;

    public ModelInstruments(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create("MultiModalMesh.Models");
        _requestDuration = meter.CreateHistogram(
            GenAiNames.ServerRequestDuration, "s", "A request, from its arrival to its last token.", advice: Buckets(0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92));
        _timeToFirstToken = meter.CreateHistogram(
            GenAiNames.ServerTimeToFirstToken, "s", "From a request's arrival to its first token.", advice: Buckets(0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10));
        _timePerOutputToken = meter.CreateHistogram(
            GenAiNames.ServerTimePerOutputToken, "s", "Mean time of a token after the first.", advice: Buckets(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5));
        _tokens = meter.CreateCounter<long>("multimodalmesh.model.tokens", "{token}", "Tokens by gen_ai.token.type: input, cached (of the input, from the KV cache), output.");
    }

    /// <summary>A span such as <c>chat picto</c>; null if nobody listens.</summary>
    public static Activity? Start(string operation, string model)
    {
        var span = Source.StartActivity($"{operation} {model}");
        span?.SetTag(GenAiNames.OperationName, operation);
        span?.SetTag(GenAiNames.ProviderName, GenAiNames.Provider);
        span?.SetTag(GenAiNames.RequestModel, model);
        return span;
    }

    /// <summary>Marks a span, if there is one, and returns what the metrics call the failure.</summary>
    public static string Fail(Activity? span, Exception error)
    {
        var type = error switch
        {
            MeshException known => known.Reason.Code,
            OperationCanceledException => "cancelled",
            _ => error?.GetType().Name ?? "unknown",
        };
        span?.SetStatus(ActivityStatusCode.Error, error?.Message);
        span?.SetTag(GenAiNames.ErrorType, type);
        return type;
    }

    /// <param name="operation">One of <see cref="GenAiNames"/>' operations.</param>
    /// <param name="model">The pack's name.</param>
    /// <param name="duration">From the request's arrival.</param>
    /// <param name="error">What <see cref="Fail"/> returned; null for a request that was answered.</param>
    public void Answered(string operation, string model, TimeSpan duration, string? error = null)
    {
        var tags = Tags(operation, model);
        if (error is not null)
        {
            tags.Add(GenAiNames.ErrorType, error);
        }

        _requestDuration.Record(duration.TotalSeconds, tags);
    }

    public void FirstToken(string operation, string model, TimeSpan sinceArrival) => _timeToFirstToken.Record(sinceArrival.TotalSeconds, Tags(operation, model));

    /// <param name="operation">One of <see cref="GenAiNames"/>' operations.</param>
    /// <param name="model">The pack's name.</param>
    /// <param name="mean">Over the tokens after the first.</param>
    public void FurtherTokens(string operation, string model, TimeSpan mean) => _timePerOutputToken.Record(mean.TotalSeconds, Tags(operation, model));

    /// <param name="operation">One of <see cref="GenAiNames"/>' operations.</param>
    /// <param name="model">The pack's name.</param>
    /// <param name="type"><c>input</c>, <c>cached</c> or <c>output</c>.</param>
    /// <param name="count">0 or more.</param>
    public void Tokens(string operation, string model, string type, int count)
    {
        var tags = Tags(operation, model);
        tags.Add(GenAiNames.TokenType, type);
        _tokens.Add(count, tags);
    }

    private static TagList Tags(string operation, string model) => new()
    {
        { GenAiNames.OperationName, operation },
        { GenAiNames.ProviderName, GenAiNames.Provider },
        { GenAiNames.RequestModel, model },
    };

    private static InstrumentAdvice<double> Buckets(params double[] boundaries) => new() { HistogramBucketBoundaries = boundaries };
}
