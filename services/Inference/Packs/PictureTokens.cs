using System.Globalization;
using System.Text;

namespace MultiModalMesh.Inference.Packs;

/// <summary>How a picture stands in a prompt of an Idefics3 model: every tile with its place, then the whole picture.</summary>
/// <param name="Image">Stands where one row of features comes.</param>
/// <param name="Around">Before every view, and after the last.</param>
/// <param name="Whole">Before the view of the whole picture.</param>
/// <param name="ViewTokens">Rows of features that a view has.</param>
internal sealed record PictureTokens(string Image, string Around, string Whole, int ViewTokens)
{
    /// <summary>The text that takes the place of one <see cref="Image"/> of a rendered template.</summary>
    public string Expand(PictureGrid grid)
    {
        var view = string.Concat(Enumerable.Repeat(Image, ViewTokens));
        var text = new StringBuilder();
        for (var row = 1; row <= grid.Rows; row++)
        {
            for (var column = 1; column <= grid.Columns; column++)
            {
                text.Append(CultureInfo.InvariantCulture, $"{Around}<row_{row}_col_{column}>{view}");
            }

            text.Append('\n');
        }

        return text.Append(grid.Rows > 0 ? "\n" : "").Append(Around).Append(Whole).Append(view).Append(Around).ToString();
    }
}
