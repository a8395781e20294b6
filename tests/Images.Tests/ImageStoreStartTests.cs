using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using MultiModalMesh.Images.Tests.S3;
using MultiModalMesh.ServiceDefaults;
using MultiModalMesh.ServiceDefaults.Endpoints;

namespace MultiModalMesh.Images.Tests;

/// <summary>A process with a picture store, from its configuration.</summary>
public sealed class ImageStoreStartTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("images-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_folder_is_what_there_is_without_a_setting()
    {
        await using var app = Build([]);
        await app.StartAsync(Cancellation);

        var report = await app.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancellation);

        Assert.Equal($"Pictures are in the folder '{Path.Combine(_folder.FullName, "images")}'.", report.Entries["images"].Description);
    }

    [Fact]
    public async Task A_bucket_that_is_refused_ends_the_start_with_one_sentence()
    {
        await using var server = await LocalS3.StartAsync();
        await using var app = Build([("Images:Store", "s3"), ("Images:S3:Endpoint", server.Address), ("Images:S3:Bucket", LocalS3.Bucket)]);

        using var environment = new AwsEnvironment("AKIDOTHER", "other");
        var error = await Assert.ThrowsAnyAsync<Exception>(() => app.StartAsync(Cancellation));

        var sentence = ServiceRunner.Explain(error);
        Assert.Contains("InvalidAccessKeyId", sentence, StringComparison.Ordinal);
        Assert.Single(sentence!.Split('\n'));
    }

    [Fact]
    public async Task A_server_that_is_away_makes_the_process_start_and_be_unready_until_it_is_there()
    {
        using var environment = new AwsEnvironment(LocalS3.AccessKey, LocalS3.SecretKey);
        var server = await LocalS3.StartAsync();
        var address = server.Address;
        await server.DisposeAsync();
        await using var app = Build([("Images:Store", "s3"), ("Images:S3:Endpoint", address), ("Images:S3:Bucket", LocalS3.Bucket)]);
        await app.StartAsync(Cancellation);
        var health = app.Services.GetRequiredService<HealthCheckService>();

        var away = (await health.CheckHealthAsync(Cancellation)).Entries["images"];
        await using var again = await LocalS3.StartAsync(address);
        var back = (await health.CheckHealthAsync(Cancellation)).Entries["images"];

        Assert.Equal(HealthStatus.Unhealthy, away.Status);
        Assert.Contains("cannot be reached", away.Description, StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Healthy, back.Status);
    }

    [Theory]
    [InlineData("Images:Store", "tape", "Images:Store is 'tape'")]
    [InlineData("Images:S3:Bucket", "", "Images:S3:Bucket is ''")]
    [InlineData("Images:S3:Endpoint", "minio:9000", "Images:S3:Endpoint is 'minio:9000'")]
    [InlineData("Images:S3:Prefix", "../theirs", "Images:S3:Prefix is '../theirs'")]
    [InlineData("Images:S3:Timeout", "00:00:00", "Images:S3:Timeout is '00:00:00'")]
    public async Task A_setting_that_cannot_be_is_named_with_its_value(string key, string value, string expected)
    {
        await using var app = Build([("Images:Store", "s3"), ("Images:S3:Bucket", "some"), ("Images:S3:Endpoint", "http://127.0.0.1:1"), (key, value)]);

        var error = await Assert.ThrowsAnyAsync<Exception>(() => app.StartAsync(Cancellation));

        Assert.StartsWith(expected, ServiceRunner.Explain(error), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private WebApplication Build(IEnumerable<(string Key, string Value)> settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration["Data:Path"] = _folder.FullName;
        foreach (var (key, value) in settings)
        {
            builder.Configuration[key] = value;
        }

        return builder.AddServiceDefaults("images").AddImageStore().AddImageStore().Build();
    }

    /// <summary>Credentials as a deployment gives them. Only this class uses the environment's, one test at a time.</summary>
    private sealed class AwsEnvironment : IDisposable
    {
        public AwsEnvironment(string accessKey, string secretKey)
        {
            Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", accessKey);
            Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", secretKey);
        }

        public void Dispose()
        {
            Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", null);
            Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", null);
        }
    }
}
