using System.Globalization;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Readers;

/// <summary>
/// Reads tables of numbers and texts. A column whose every known cell is a finite number is numeric, one of numbers for
/// less than half categorical, and one in between an error; empty cells, NA, NaN, null and ? are missing.
/// </summary>
public static class CsvTable
{
    private const int MostClasses = 1000;
    private const int MostLevels = 1000;

    /// <param name="path">The file.</param>
    /// <param name="target">The column to be predicted; all others are inputs.</param>
    /// <param name="classify">Whether to make a class of each different target; else the targets must be numbers.</param>
    /// <exception cref="UserError">The file is unusable, has no such column, or a cell is not what its column asks for.</exception>
    public static Table Read(string path, string target, bool classify) => Of(CsvFile.Read(path), target, _ => classify);

    /// <summary>As with <c>classify</c>, which is true where the target holds texts.</summary>
    /// <exception cref="UserError">The file is unusable, has no such column, or a cell is not what its column asks for.</exception>
    public static Table Read(string path, string target)
    {
        var file = CsvFile.Read(path);
        return Of(file, target, column => !IsNumeric(file, column));
    }

    private static Table Of(CsvFile file, string target, Func<int, bool> classify)
    {
        var path = file.Path;
        var targetIndex = file.IndexOf(target);
        if (file.Columns.Length == 1) throw new UserError($"{path}: beside the target {target} it has no column to predict it from.");
        var outcome = classify(targetIndex) ? Classes(file, targetIndex) : Measures(file, targetIndex);

        var numeric = new List<NumericColumn>();
        var categorical = new List<CategoricalColumn>();
        for (var c = 0; c < file.Columns.Length; c++)
        {
            if (c == targetIndex) continue;
            if (IsNumeric(file, c))
                numeric.Add(Numeric(file, c));
            else
                categorical.Add(Categorical(file, c));
        }

        return new Table(Path.GetFileNameWithoutExtension(path), numeric, categorical, outcome, [file.File]);
    }

    private static bool IsNumeric(CsvFile file, int column)
    {
        var known = file.Rows.Where(row => !Numbers.IsMissing(row.Cells[column])).ToList();
        if (known.Count == 0) throw new UserError($"{file.Path}: column {file.Columns[column]} holds no value at all. Leave it out.");
        var texts = known.Where(row => !Numbers.TryParse(row.Cells[column], out _)).ToList();
        if (texts.Count == 0) return true;
        var numbers = known.Count - texts.Count;
        // One slip of the pen must not silently make levels of a whole column of numbers.
        if (2 * numbers >= known.Count)
            throw file.WrongCell(
                texts[0],
                column,
                $"is not a number, but {numbers} of the column's {known.Count} known cells are. Correct it, or leave the cell empty if the value is missing, "
                + "or make every cell of the column text, such as c1, to have it as categories.");
        return false;
    }

    private static NumericColumn Numeric(CsvFile file, int column) => new(
        file.Columns[column],
        [.. file.Rows.Select(row => Numbers.TryParse(row.Cells[column], out var number) ? number : double.NaN)]);

    private static CategoricalColumn Categorical(CsvFile file, int column)
    {
        var cells = file.Rows.Select(row => row.Cells[column]).Select(cell => Numbers.IsMissing(cell) ? null : cell).ToList();
        string[] levels = [.. cells.OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        if (levels.Length > MostLevels)
            throw new UserError(
                $"{file.Path}: column {file.Columns[column]} holds {levels.Length} different texts, but at most {MostLevels} are encoded. "
                + "Leave it out, if it only names the rows, or group its texts.");
        var index = levels.Index().ToDictionary(level => level.Item, level => level.Index);
        return new CategoricalColumn(file.Columns[column], [.. levels], [.. cells.Select(cell => cell is null ? -1 : index[cell])]);
    }

    private static TargetColumn Classes(CsvFile file, int column)
    {
        CheckKnown(file, column);
        var cells = file.Rows.Select(row => row.Cells[column]).ToList();
        // Classes written as numbers are told apart and ordered as numbers: 2 before 10, and 1.0 the same as 1.
        if (cells.TrueForAll(cell => Numbers.TryParse(cell, out _)))
        {
            double[] numbers = [.. cells.Select(cell => Numbers.TryParse(cell, out var number) ? number : double.NaN)];
            return ClassesOf(file, column, numbers, Comparer<double>.Default, number => number.ToString(CultureInfo.InvariantCulture));
        }

        return ClassesOf(file, column, cells, StringComparer.Ordinal, cell => cell);
    }

    private static TargetColumn ClassesOf<T>(
        CsvFile file, int column, IReadOnlyCollection<T> targets, IComparer<T> order, Func<T, string> name)
        where T : notnull
    {
        T[] classes = [.. targets.Distinct().Order(order)];
        if (classes.Length < 2)
            throw new UserError($"{file.Path}: the target {file.Columns[column]} is {name(classes[0])} in every row. Choose a column with at least two classes.");
        if (classes.Length > MostClasses)
            throw new UserError(
                $"{file.Path}: the target {file.Columns[column]} holds {classes.Length} different values, but at most {MostClasses} classes are possible. "
                + "Choose another column, or predict it as a number.");
        var index = classes.Index().ToDictionary(c => c.Item, c => c.Index);
        return new TargetColumn(file.Columns[column], [.. classes.Select(name)], [.. targets.Select(target => index[target])], []);
    }

    private static TargetColumn Measures(CsvFile file, int column)
    {
        CheckKnown(file, column);
        return new TargetColumn(file.Columns[column], [], [], [.. file.Rows.Select(Number)]);

        double Number(CsvRow row) => Numbers.TryParse(row.Cells[column], out var number)
            ? number
            : throw file.WrongCell(row, column, "is not a number, as the target of a regression must be. Correct it, or predict the column as classes.");
    }

    private static void CheckKnown(CsvFile file, int column)
    {
        if (file.Rows.FirstOrDefault(row => Numbers.IsMissing(row.Cells[column])) is { } row)
            throw file.WrongCell(row, column, "is missing, but every row must have a target. Leave the row out.");
    }
}
