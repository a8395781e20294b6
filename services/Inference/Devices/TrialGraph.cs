using Microsoft.ML.OnnxRuntime;

namespace MultiModalMesh.Inference.Devices;

/// <summary>
/// The smallest graph that makes a provider work: the negative of a number. A driver that is too old for the toolkit, a GPU that is too old for
/// the provider or one without memory shows here, not at the first request.
/// </summary>
internal static class TrialGraph
{
    // ModelProto { ir_version: 8, graph { node { input: "x", output: "y", op_type: "Neg" }, name: "t", input: x float[1], output: y float[1] }, opset 13 }
    private static ReadOnlySpan<byte> Model =>
    [
        0x08, 0x08, 0x3A, 0x32,
        0x0A, 0x0B, 0x0A, 0x01, (byte)'x', 0x12, 0x01, (byte)'y', 0x22, 0x03, (byte)'N', (byte)'e', (byte)'g',
        0x12, 0x01, (byte)'t',
        0x5A, 0x0F, 0x0A, 0x01, (byte)'x', 0x12, 0x0A, 0x0A, 0x08, 0x08, 0x01, 0x12, 0x04, 0x0A, 0x02, 0x08, 0x01,
        0x62, 0x0F, 0x0A, 0x01, (byte)'y', 0x12, 0x0A, 0x0A, 0x08, 0x08, 0x01, 0x12, 0x04, 0x0A, 0x02, 0x08, 0x01,
        0x42, 0x02, 0x10, 0x0D,
    ];

    /// <exception cref="OnnxRuntimeException">The provider does not work.</exception>
    public static float Run(SessionOptions settings)
    {
        using var session = new InferenceSession(Model.ToArray(), settings);
        using var run = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory([1f], [1]);
        using var outputs = session.Run(run, ["x"], [input], ["y"]);
        return outputs[0].GetTensorDataAsSpan<float>()[0];
    }
}
