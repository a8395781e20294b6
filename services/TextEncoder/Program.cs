using MultiModalMesh.ServiceDefaults;
using MultiModalMesh.ServiceDefaults.Endpoints;
using MultiModalMesh.TextEncoder;
using MultiModalMesh.Workers;

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddServiceDefaults("text-encoder");
builder.ListenForGrpc();
builder.AddTextEncoder();
builder.AddWorker();
return await builder.RunServiceAsync(app => app.MapServiceDefaults().MapTextEncoder());
