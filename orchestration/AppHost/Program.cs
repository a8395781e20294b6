// The mesh as one process per role, with the store and the dashboard beside it. `dotnet run` takes Redis; `dotnet run -- --store postgresql` PostgreSQL.
var builder = DistributedApplication.CreateBuilder(args);

var isPostgres = builder.Configuration["store"] == "postgresql";
IResourceBuilder<IResourceWithConnectionString> store = isPostgres
    ? builder.AddPostgres("postgres").WithDataVolume().AddDatabase("mesh")
    : builder.AddRedis("redis").WithDataVolume().WithPersistence();

// Two of what must not be missing when one goes; the silos find each other, and the others the silos, through the store.
var tables = isPostgres ? AddTables() : null;
AddRole(builder.AddProject<Projects.Silo>("silo")).WithReplicas(2).WithEnvironment("Cluster__SiloPort", "0").WithEnvironment("Cluster__GatewayPort", "0");
AddRole(builder.AddProject<Projects.VisionEncoder>("vision-encoder"));
AddRole(builder.AddProject<Projects.TextEncoder>("text-encoder"));
AddRole(builder.AddProject<Projects.Decoder>("decoder")).WithReplicas(2);
AddRole(builder.AddProject<Projects.Retrieval>("retrieval"));
AddRole(builder.AddProject<Projects.Gateway>("gateway"))
    .WithHttpEndpoint(name: "http", env: "Gateway__HttpPort")
    .WithEndpoint(scheme: "http", name: "grpc", env: "Gateway__GrpcPort")
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health/ready");

builder.Build().Run();

// The schema of PostgreSQL; the roles start when it is there.
IResourceBuilder<ProjectResource> AddTables() =>
    WithStore(builder.AddProject<Projects.Mesh>("cluster-init")).WithArgs("cluster", "init").WaitFor(store);

IResourceBuilder<ProjectResource> AddRole(IResourceBuilder<ProjectResource> role)
{
    WithStore(role).WaitFor(store);
    if (tables is not null)
    {
        role.WaitForCompletion(tables);
    }

    // On one machine all roles share the folder with the pictures; elsewhere they need a bucket, see docs/operations.md.
    return builder.ExecutionContext.IsRunMode
        ? role.WithEnvironment("Data__Path", Path.Combine(builder.AppHostDirectory, "obj", "data"))
        : role;
}

IResourceBuilder<ProjectResource> WithStore(IResourceBuilder<ProjectResource> project) => project
    .WithEnvironment("Cluster__Provider", isPostgres ? "postgresql" : "redis")
    .WithEnvironment("Cluster__ConnectionString", store.Resource.ConnectionStringExpression);
