using MultiModalMesh.Decoder;
using MultiModalMesh.ServiceDefaults;
using MultiModalMesh.ServiceDefaults.Endpoints;
using MultiModalMesh.Workers;

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddServiceDefaults("decoder");
builder.ListenForGrpc();
builder.AddDecoder();
builder.AddWorker();
return await builder.RunServiceAsync(app => app.MapServiceDefaults().MapDecoder());
