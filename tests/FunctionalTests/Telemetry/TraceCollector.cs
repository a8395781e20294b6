using System.Collections.Concurrent;
using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MultiModalMesh.FunctionalTests.Telemetry;

/// <summary>Receives OTLP traces over gRPC, as a real collector does, and keeps them.</summary>
internal sealed class TraceCollector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly SpanStore _store;

    private TraceCollector(WebApplication app, SpanStore store) => (_app, _store) = (app, store);

    public string Address => _app.Urls.Single();

    public static async Task<TraceCollector> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        var store = new SpanStore();
        builder.Services.AddSingleton(store);
        var app = builder.Build();
        app.MapGrpcService<Receiver>();
        await app.StartAsync(cancellationToken);
        return new TraceCollector(app, store);
    }

    /// <summary>Waits until the spans so far satisfy a condition; the message of the time-out lists what there was.</summary>
    public async Task<IReadOnlyList<Span>> WaitForAsync(Func<IReadOnlyList<Span>, bool> condition, string what, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(45));
        while (true)
        {
            var changed = _store.Changed;
            var spans = _store.Spans;
            if (condition(spans))
            {
                return spans;
            }

            try
            {
                await changed.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"Waited 45 s for {what}. Spans so far: {string.Join(", ", spans.Select(s => s.Name).Distinct())}");
            }
        }
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private sealed class SpanStore
    {
        private readonly ConcurrentQueue<Span> _spans = new();
        private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Changed => Volatile.Read(ref _changed).Task;

        public IReadOnlyList<Span> Spans => [.. _spans];

        public void Add(IEnumerable<Span> spans)
        {
            foreach (var span in spans)
            {
                _spans.Enqueue(span);
            }

            Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        }
    }

    private sealed class Receiver(SpanStore store) : TraceService.TraceServiceBase
    {
        public override Task<ExportTraceServiceResponse> Export(ExportTraceServiceRequest request, ServerCallContext context)
        {
            store.Add(request.ResourceSpans.SelectMany(resource => resource.ScopeSpans).SelectMany(scope => scope.Spans));
            return Task.FromResult(new ExportTraceServiceResponse());
        }
    }
}
