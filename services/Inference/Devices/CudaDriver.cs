using System.Runtime.InteropServices;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Inference.Devices;

/// <summary>
/// The GPUs as the CUDA driver counts them. Its indices are those that ONNX Runtime means by <c>device_id</c>: they respect
/// <c>CUDA_VISIBLE_DEVICES</c> and CUDA's own order, which NVML's (and nvidia-smi's) do not. No context is made on any GPU.
/// </summary>
internal static unsafe class CudaDriver
{
    private const int LongestName = 256;

    /// <exception cref="MeshException">DeviceUnavailable: the driver refuses, or is too old to tell UUIDs.</exception>
    public static IReadOnlyList<CudaGpu> ListGpus()
    {
        // Never unloaded: ONNX Runtime's provider uses it from now on.
        var driver = NativeLibrary.Load(CudaLibraries.Driver);
        try
        {
            Check(driver, ((delegate* unmanaged<uint, int>)NativeLibrary.GetExport(driver, "cuInit"))(0));
            var count = 0;
            Check(driver, ((delegate* unmanaged<int*, int>)NativeLibrary.GetExport(driver, "cuDeviceGetCount"))(&count));
            return [.. Enumerable.Range(0, count).Select(index => Gpu(driver, index))];
        }
        catch (EntryPointNotFoundException e)
        {
            throw new MeshException(ErrorReason.DeviceUnavailable, $"the CUDA driver is too old: {e.Message}", e);
        }
    }

    private static CudaGpu Gpu(nint driver, int index)
    {
        var device = 0;
        Check(driver, ((delegate* unmanaged<int*, int, int>)NativeLibrary.GetExport(driver, "cuDeviceGet"))(&device, index));

        // The second version gives a slice of a divided GPU its own UUID, the first that of the whole; drivers before 11.4 have the first only.
        var uuid = stackalloc byte[16];
        var getUuid = NativeLibrary.TryGetExport(driver, "cuDeviceGetUuid_v2", out var second) ? second : NativeLibrary.GetExport(driver, "cuDeviceGetUuid");
        Check(driver, ((delegate* unmanaged<byte*, int, int>)getUuid)(uuid, device));
        var name = stackalloc byte[LongestName];
        Check(driver, ((delegate* unmanaged<byte*, int, int, int>)NativeLibrary.GetExport(driver, "cuDeviceGetName"))(name, LongestName, device));
        nuint bytes = 0;
        Check(driver, ((delegate* unmanaged<nuint*, int, int>)NativeLibrary.GetExport(driver, "cuDeviceTotalMem_v2"))(&bytes, device));
        return new CudaGpu(
            index, new Guid(new ReadOnlySpan<byte>(uuid, 16), bigEndian: true), Marshal.PtrToStringUTF8((nint)name) ?? "", (long)bytes);
    }

    private static void Check(nint driver, int result)
    {
        if (result == 0)
        {
            return;
        }

        byte* text = null;
        if (NativeLibrary.TryGetExport(driver, "cuGetErrorString", out var describe))
        {
            _ = ((delegate* unmanaged<int, byte**, int>)describe)(result, &text);
        }

        throw new MeshException(ErrorReason.DeviceUnavailable, $"the CUDA driver refuses: {Marshal.PtrToStringUTF8((nint)text) ?? "unknown error"} ({result})");
    }
}
