using System.Net;
using System.Net.Sockets;
using MultiModalMesh.TestProcesses;

namespace MultiModalMesh.Chaos.Processes;

/// <summary>A piece of network between two processes, which can be cut or slow. What was sent into a cut arrives when it is mended, as TCP has it.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly int _target;
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _accepting;
    private volatile TaskCompletionSource _open = Opened();

    public TcpProxy(int target)
    {
        _target = target;
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>That everything arrives later, in both directions.</summary>
    public TimeSpan Delay { get; set; }

    public void Cut() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Mend() => _open.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Stop();
        await _accepting;
        _ending.Dispose();
    }

    private static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = CarryAsync(await _listener.AcceptTcpClientAsync(_ending.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
        }
    }

    private async Task CarryAsync(TcpClient caller)
    {
        using (caller)
        using (var callee = new TcpClient())
        {
            try
            {
                await callee.ConnectAsync(IPAddress.Loopback, _target, _ending.Token);
                (caller.NoDelay, callee.NoDelay) = (true, true);
                await Task.WhenAny(PumpAsync(caller, callee), PumpAsync(callee, caller));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // Nobody there: the caller's connection is closed, too.
            }
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to)
    {
        try
        {
            var buffer = new byte[64 * 1024];
            while (await from.GetStream().ReadAsync(buffer, _ending.Token) is > 0 and var count)
            {
                await _open.Task.WaitAsync(_ending.Token);
                if (Delay > TimeSpan.Zero)
                {
                    await Task.Delay(Delay, _ending.Token);
                }

                await to.GetStream().WriteAsync(buffer.AsMemory(0, count), _ending.Token);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // One side is gone; the other one is closed by whoever waits for this.
        }
    }
}
