using MultiModalMesh.ModelHosting.Streams;

namespace MultiModalMesh.Roles.Tests.ModelHosting;

public sealed class UnorderedPipelineTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_more_requests_are_read_than_may_be_in_work()
    {
        const int Concurrency = 3;
        var read = 0;
        var done = 0;
        var most = 0;
        List<int> written = [];

        await UnorderedPipeline.AnswerAsync(
            Requests(),
            Concurrency,
            async (request, token) =>
            {
                await Task.Yield();
                Interlocked.Increment(ref done);
                return request;
            },
            (answer, token) =>
            {
                written.Add(answer);
                return Task.CompletedTask;
            },
            Cancellation);

        Assert.Equal(Enumerable.Range(0, 200), written.Order());

        // Those in work, one that waits for a place, and answers on their way out.
        Assert.InRange(most, 1, (2 * Concurrency) + 1);

        async IAsyncEnumerable<int> Requests()
        {
            for (var i = 0; i < 200; i++)
            {
                most = Math.Max(most, ++read - Volatile.Read(ref done));
                yield return i;
                await Task.Yield();
            }
        }
    }

    [Fact]
    public async Task The_failure_of_one_ends_the_stream_with_it_and_cancels_the_others()
    {
        var cancelled = new TaskCompletionSource();

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => UnorderedPipeline.AnswerAsync(
            new[] { 0, 1 }.ToAsyncEnumerable(),
            2,
            async (request, token) =>
            {
                if (request == 1)
                {
                    throw new InvalidOperationException("the second");
                }

                await using var registration = token.Register(cancelled.SetResult);
                await Task.Delay(Timeout.Infinite, token);
                return request;
            },
            (_, _) => Task.CompletedTask,
            Cancellation));

        Assert.Equal("the second", error.Message);
        Assert.True(cancelled.Task.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_reader_that_is_gone_ends_the_work()
    {
        var error = await Assert.ThrowsAsync<IOException>(() => UnorderedPipeline.AnswerAsync(
            Endless(),
            2,
            (request, _) => Task.FromResult(request),
            (_, _) => Task.FromException(new IOException("gone")),
            Cancellation));

        Assert.Equal("gone", error.Message);

        static async IAsyncEnumerable<int> Endless()
        {
            for (var i = 0; ; i++)
            {
                await Task.Yield();
                yield return i;
            }
        }
    }
}
