using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using MultiModalMesh.FunctionalTests.Dialogues;
using MultiModalMesh.FunctionalTests.Processes;
using NetVips;

namespace MultiModalMesh.FunctionalTests.Edge;

/// <summary>Pictures that are no pictures get a typed refusal; the mesh goes on.</summary>
public sealed class BadPictureTests(MeshFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_two_gigapixel_PNG_is_refused_by_its_header_with_both_numbers()
    {
        var before = fixture.Mesh.Process.Memory().Resident;

        var (status, error) = await UploadAsync(PngHeader(50_000, 40_000));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.Equal("IMAGE_TOO_LARGE", error.GetProperty("reason").GetString());
        Assert.Contains("2000", error.GetProperty("detail").GetString()!.Replace(",", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.True(fixture.Mesh.Process.Memory().Resident - before < 200_000_000, "Refusing it took the memory of decoding it.");
    }

    [Fact]
    public async Task A_file_that_is_no_picture_is_refused_with_the_list_of_formats()
    {
        var (status, error) = await UploadAsync("<svg xmlns='http://www.w3.org/2000/svg'/>"u8.ToArray());

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("IMAGE_FORMAT_UNSUPPORTED", error.GetProperty("reason").GetString());
        Assert.Contains("JPEG", error.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_truncated_JPEG_fails_its_turn_or_upload_with_a_reason_and_nothing_else()
    {
        using var whole = NetVips.Image.NewFromBuffer(Scenes.Get(150).Png());
        var jpeg = whole.JpegsaveBuffer();

        var (status, error) = await UploadAsync(jpeg[..(jpeg.Length / 8)]);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("IMAGE_UNREADABLE", error.GetProperty("reason").GetString());
        using var ready = await fixture.Mesh.Client.GetAsync("health/ready", Cancellation);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
    }

    [Fact]
    public async Task A_turn_about_a_picture_that_is_not_there_names_it()
    {
        var id = "img_" + new string('0', 64);

        using var response = await fixture.Mesh.Client.PostAsJsonAsync(
            "api/dialogues/nopicture/turns", new { requestId = "r", text = "", images = new[] { id } }, Cancellation);
        var error = await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("IMAGE_NOT_FOUND", error.GetProperty("reason").GetString());
    }

    private async Task<(HttpStatusCode Status, JsonElement Error)> UploadAsync(byte[] file)
    {
        using var response = await fixture.Mesh.Client.PostAsync("api/images", new ByteArrayContent(file), Cancellation);
        return (response.StatusCode, JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync(Cancellation)));
    }

    /// <summary>A valid PNG start that promises a picture of the given size, without its pixels.</summary>
    private static byte[] PngHeader(int width, int height)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 2);
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        WriteChunk(png, "IHDR", header);
        WriteChunk(png, "IDAT", [0x78, 0x9c, 0x63, 0, 0, 0, 2, 0, 1]);
        WriteChunk(png, "IEND", []);
        return png.ToArray();
    }

    private static void WriteChunk(MemoryStream png, string type, byte[] data)
    {
        var body = Encoding.ASCII.GetBytes(type).Concat(data).ToArray();
        var number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        png.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32(body));
        png.Write(number);
    }

    /// <summary>The checksum of PNG chunks (ISO 3309, reflected polynomial 0xEDB88320).</summary>
    private static uint Crc32(byte[] data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xEDB88320 & (uint)-(int)(crc & 1));
            }
        }

        return ~crc;
    }
}
