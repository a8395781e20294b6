using System.Text;

namespace MultiModalMesh.Datasets.Files;

/// <summary>The fields of one record of a CSV file, RFC 4180.</summary>
internal static class Fields
{
    public static readonly IReadOnlyList<char> Separators = [',', '\t', ';', '|'];

    /// <summary>What separates the columns of a header: what is there most often.</summary>
    public static char SeparatorOf(string header) => Separators.MaxBy(separator => header.Count(c => c == separator));

    /// <summary>Quotes inside a quoted field are doubled; a quote inside an unquoted field is a character as any other.</summary>
    public static List<string> Of(string record, char separator)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var i = 0;
        while (true)
        {
            if (i < record.Length && record[i] == '"')
            {
                i = Quoted(record, i + 1, field);
            }

            while (i < record.Length && record[i] != separator)
            {
                field.Append(record[i++]);
            }

            fields.Add(field.ToString());
            field.Clear();
            if (i >= record.Length)
            {
                return fields;
            }

            i++;
        }
    }

    /// <returns>Where it goes on behind the closing quote.</returns>
    private static int Quoted(string record, int i, StringBuilder field)
    {
        for (; i < record.Length; i++)
        {
            if (record[i] != '"')
            {
                field.Append(record[i]);
            }
            else if (i + 1 < record.Length && record[i + 1] == '"')
            {
                field.Append('"');
                i++;
            }
            else
            {
                return i + 1;
            }
        }

        return i;
    }
}
