namespace MultiModalMesh.Trainer.Tests;

public sealed class NativeRuntimeTests
{
    [Fact]
    public void Without_the_tensor_library_one_sentence_says_what_to_do()
    {
        Assert.SkipWhen(File.Exists(Path.Combine(AppContext.BaseDirectory, "libtorch_cpu.so")), "These tests were built with the tensor library.");
        Assert.Matches("^The native tensor library .* start the trainer with services/Trainer/run.sh, or build it with -p:LibTorch=cpu.$", NativeRuntime.WhatIsMissing());
    }
}
