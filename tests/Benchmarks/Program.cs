using MultiModalMesh.Benchmarks;
using MultiModalMesh.Benchmarks.Orchestration;

return args is [Member.Verb, var role, .. var settings] ? await Member.RunAsync(role, settings) : await BenchCommandLine.RunAsync(args);
