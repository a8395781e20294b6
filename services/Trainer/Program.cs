using TorchSharp;
var t = System.Diagnostics.Stopwatch.StartNew();
torch.set_num_threads(2);
var a = torch.randn(512, 512); 
Console.WriteLine(a.matmul(a).sum().item<float>());
