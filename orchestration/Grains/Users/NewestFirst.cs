using System.Buffers.Text;
using System.Globalization;
using System.Text;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Grains.Users;

/// <summary>Pages of a user's list. A token names the last entry of its page, so pages stay whole when others change meanwhile.</summary>
internal static class NewestFirst
{
    public const int MaxPageSize = 200;

    /// <exception cref="MeshException"><see cref="ErrorReason.InvalidRequest"/>: no page size, or not a token of ours.</exception>
    public static (IReadOnlyList<T> Page, string NextToken) Page<T>(IEnumerable<T> all, Func<T, DateTimeOffset> timeOf, Func<T, string> idOf, int size, string token)
    {
        if (size is < 1 or > MaxPageSize)
        {
            throw new MeshException(ErrorReason.InvalidRequest, $"The page size is {size}, but must be 1..{MaxPageSize}.") { Field = "page_size" };
        }

        var after = token.Length == 0 ? ((long Ticks, string Id)?)null : Parse(token);
        var rest = all
            .Where(one => after is not { } last || timeOf(one).UtcTicks < last.Ticks || (timeOf(one).UtcTicks == last.Ticks && string.CompareOrdinal(idOf(one), last.Id) > 0))
            .OrderByDescending(one => timeOf(one).UtcTicks).ThenBy(idOf, StringComparer.Ordinal)
            .Take(size + 1).ToList();
        if (rest.Count <= size)
        {
            return (rest, "");
        }

        rest.RemoveAt(size);
        return (rest, Format(timeOf(rest[^1]), idOf(rest[^1])));
    }

    private static string Format(DateTimeOffset time, string id) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{time.UtcTicks} {id}")));

    private static (long Ticks, string Id) Parse(string token)
    {
        try
        {
            return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)).Split(' ', 2) is [var ticks, var id]
                ? (long.Parse(ticks, NumberStyles.None, CultureInfo.InvariantCulture), id)
                : throw new FormatException();
        }
        catch (FormatException)
        {
            throw new MeshException(ErrorReason.InvalidRequest, "The page token is not one that a page before gave.") { Field = "page_token" };
        }
    }
}
