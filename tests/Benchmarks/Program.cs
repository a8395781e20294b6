using MultiModalMesh.Benchmarks;

return await BenchCommandLine.RunAsync(args);
