using Google.Protobuf;
using Grpc.Core;
using MultiModalMesh.Assistant.V1;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Gateway.Assistant;

/// <summary>The chunks of an upload as one readable stream, so that the picture is read the same way as an HTTP body.</summary>
internal sealed class ChunkStream(IAsyncStreamReader<UploadImageRequest> requests) : Stream
{
    private ByteString _chunk = ByteString.Empty;
    private int _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_read == _chunk.Length)
        {
            if (!await requests.MoveNext(cancellationToken))
            {
                return 0;
            }

            if (requests.Current.PayloadCase != UploadImageRequest.PayloadOneofCase.Chunk)
            {
                throw new MeshException(ErrorReason.InvalidRequest, "Every message after the first must be a chunk.") { Field = "chunk" };
            }

            (_chunk, _read) = (requests.Current.Chunk, 0);
        }

        var count = Math.Min(buffer.Length, _chunk.Length - _read);
        _chunk.Span.Slice(_read, count).CopyTo(buffer.Span);
        _read += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("The stream is asynchronous.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
