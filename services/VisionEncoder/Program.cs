using MultiModalMesh.ServiceDefaults;
using MultiModalMesh.ServiceDefaults.Endpoints;
using MultiModalMesh.VisionEncoder;
using MultiModalMesh.Workers;

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddServiceDefaults("vision-encoder");
builder.ListenForGrpc();
builder.AddVisionEncoder();
builder.AddWorker();
return await builder.RunServiceAsync(app => app.MapServiceDefaults().MapVisionEncoder());
