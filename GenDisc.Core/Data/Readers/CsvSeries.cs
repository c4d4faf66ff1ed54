using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Readers;

/// <summary>Reads series of equal steps from a CSV file, one step a row, one series a column.</summary>
public static class CsvSeries
{
    private static readonly string[] WordsForSteps =
        ["", "date", "time", "datetime", "timestamp", "year", "month", "week", "day", "hour", "step", "index", "id"];

    /// <summary>
    /// The columns of those names or, when none is named, all columns of numbers except a first one that counts or names
    /// the steps. Missing cells are NaN: what stands in for them may not look ahead, and that is for who forecasts.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="columns">Their names, in the order wanted; none for all.</param>
    /// <param name="check">Told what file it is before its content is looked at, so that it can refuse it.</param>
    /// <exception cref="UserError">The file is unusable, a column is unknown, or a cell is no number.</exception>
    public static Series Read(string path, IReadOnlyList<string> columns, Action<DataFile>? check = null)
    {
        var file = CsvFile.Read(path, check);
        int[] chosen = columns.Count > 0 ? [.. columns.Select(file.IndexOf)] : NumericColumns(file);
        if (chosen.Distinct().Count() < chosen.Length)
            throw new UserError($"{path}: a column is asked for twice: {string.Join(", ", columns)}. Name each once.");

        var values = new float[file.Rows.Count * chosen.Length];
        for (var row = 0; row < file.Rows.Count; row++)
        {
            for (var c = 0; c < chosen.Length; c++) values[(row * chosen.Length) + c] = Value(file, file.Rows[row], chosen[c]);
        }

        for (var c = 0; c < chosen.Length; c++)
        {
            if (Enumerable.Range(0, file.Rows.Count).All(row => float.IsNaN(values[(row * chosen.Length) + c])))
                throw new UserError($"{path}: column {file.Columns[chosen[c]]} holds no value at all. Leave it out.");
        }

        return new Series(Path.GetFileNameWithoutExtension(path), [.. chosen.Select(c => file.Columns[c])], values, [file.File]);
    }

    private static float Value(CsvFile file, CsvRow row, int column)
    {
        var cell = row.Cells[column];
        if (Numbers.IsMissing(cell)) return float.NaN;
        return Numbers.TryParse(cell, out var value)
            ? (float)value
            : throw file.WrongCell(row, column, "is not a number. Write it as 12.5, or leave the cell empty where the value is missing.");
    }

    /// <summary>Columns that are numbers for the greater part, so that a stray text in one is noticed and not passed over.</summary>
    private static int[] NumericColumns(CsvFile file)
    {
        int[] numeric = [.. Enumerable.Range(0, file.Columns.Length).Where(IsNumeric)];
        if (numeric.Length > 1 && numeric[0] == 0 && WordsForSteps.Contains(file.Columns[0], StringComparer.OrdinalIgnoreCase))
            numeric = numeric[1..];
        return numeric.Length > 0
            ? numeric
            : throw new UserError($"{file.Path}: it has no column of numbers. Its columns: {string.Join(", ", file.Columns)}.");

        bool IsNumeric(int column)
        {
            var known = file.Rows.Select(row => row.Cells[column]).Where(cell => !Numbers.IsMissing(cell)).ToList();
            return 2 * known.Count(cell => Numbers.TryParse(cell, out _)) > known.Count;
        }
    }
}
