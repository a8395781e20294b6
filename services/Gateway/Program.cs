using MultiModalMesh.Gateway;
using MultiModalMesh.Gateway.Listening;
using MultiModalMesh.ServiceDefaults;
using MultiModalMesh.ServiceDefaults.Endpoints;
using MultiModalMesh.Workers;

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddServiceDefaults("gateway");
builder.AddClusterClient();
builder.AddGateway();
return await builder.RunServiceAsync(app =>
{
    app.MapGateway();
    app.MapServiceDefaults();
    var addresses = app.Services.GetRequiredService<GatewayAddresses>();
    app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine(
        $"MultiModalMesh is ready: {addresses.Http.GetLeftPart(UriPartial.Authority)}  (gRPC {addresses.Grpc.Authority})"));
});
