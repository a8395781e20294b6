using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace MultiModalMesh.Retrieval.Embedded.Segments;

/// <summary>
/// A file of fixed length whose bytes are read by address and written by calls: a full disk is then an exception of the write, not a
/// signal that ends the process. What was never written takes no room where the file system knows holes.
/// </summary>
/// <remarks>After <see cref="Dispose"/> the address is void; whoever reads holds a lease on the segment.</remarks>
internal sealed unsafe class Mapping : IDisposable
{
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly SafeFileHandle _file;

    public Mapping(string path, long length)
    {
        _file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            if (RandomAccess.GetLength(_file) < length)
            {
                RandomAccess.SetLength(_file, length);
            }

            _map = MemoryMappedFile.CreateFromFile(_file, null, length, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
            _view = _map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            byte* address = null;
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref address);
            Address = address + _view.PointerOffset;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public byte* Address { get; }

    public void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(_file, bytes, offset);

    /// <summary>Returns when what was written is on disk.</summary>
    public void Flush() => RandomAccess.FlushToDisk(_file);

    public void Dispose()
    {
        if (Address is not null)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
        }

        _view?.Dispose();
        _map?.Dispose();
        _file.Dispose();
    }
}
