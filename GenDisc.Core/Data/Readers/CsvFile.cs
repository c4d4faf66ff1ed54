using System.Collections.Immutable;
using CsvHelper;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Readers;

/// <summary>A row of a CSV file, as many cells as there are columns, and its line.</summary>
internal sealed record CsvRow(string[] Cells, long Line);

/// <summary>
/// A CSV file as text: a header that names the columns, then rows of as many cells. Separated by commas or, where the
/// header has none, by semicolons or tabs.
/// </summary>
internal sealed record CsvFile(string Path, ImmutableArray<string> Columns, IReadOnlyList<CsvRow> Rows, DataFile File)
{
    private const int MostBytes = 1 << 28;

    /// <param name="path">The file.</param>
    /// <param name="check">Told what file it is before its content is looked at, so that it can refuse it.</param>
    /// <exception cref="UserError">The file is missing, unreadable, without header or rows, or a row does not fit the header.</exception>
    public static CsvFile Read(string path, Action<DataFile>? check = null)
    {
        var text = TextFile.Read(path, MostBytes);
        check?.Invoke(text.File);
        using var reader = CsvReader.Create(text.Bytes, new CsvReaderOptions
        {
            HasHeader = false, // the first row is read like the others, so that it is checked like them
            Separator = SeparatorOf(text),
            MalformedData = CsvMalformedDataHandling.Throw,
            AllowLineBreaksInQuotes = false, // otherwise one lost quote swallows the rest of the file
            TrimWhitespace = true,
            TrackLineNumbers = true,
            PoolStrings = true,
        });

        var columns = Next(path, reader) is { } header
            ? Header(path, header.Cells)
            : throw new UserError($"{path}: it is empty. Put a CSV file with a header and rows in its place.");
        var rows = new List<CsvRow>();
        while (Next(path, reader) is { } row)
        {
            if (row.Cells.Length != columns.Length)
                throw Bad(path, row.Line, $"it has {row.Cells.Length} cells, but the header names {columns.Length} columns");
            rows.Add(row);
        }

        return rows.Count > 0
            ? new CsvFile(path, columns, rows, text.File)
            : throw new UserError($"{path}: it has a header but no rows. Put a file with rows in its place.");
    }

    /// <summary>The position of a column.</summary>
    /// <exception cref="UserError">There is none of that name.</exception>
    public int IndexOf(string column) => Columns.IndexOf(column) is var index and >= 0
        ? index
        : throw new UserError($"{Path}: it has no column '{column}'. Its columns: {string.Join(", ", Columns)}.");

    /// <summary>An error at a cell.</summary>
    public UserError WrongCell(CsvRow row, int column, string why) =>
        new($"{Path}: line {row.Line}, column {Columns[column]}: '{Shorten(row.Cells[column])}' {why}");

    private static CsvRow? Next(string path, CsvReader reader)
    {
        try
        {
            if (!reader.Read()) return null;
        }
        catch (CsvFormatException e)
        {
            throw Bad(path, e.LineNumber, "its quotes do not match");
        }

        var cells = new string[reader.FieldCount];
        for (var c = 0; c < cells.Length; c++) cells[c] = reader.GetString(c);
        return new CsvRow(cells, reader.LineNumber);
    }

    private static char SeparatorOf(TextFile text)
    {
        using var reader = text.Open();
        var header = reader.ReadLine() ?? "";
        return header.Contains(',') ? ',' : header.Contains(';') ? ';' : header.Contains('\t') ? '\t' : ',';
    }

    private static ImmutableArray<string> Header(string path, string[] names)
    {
        if (Array.TrueForAll(names, name => Numbers.TryParse(name, out _)))
            throw new UserError($"{path}: its first line must name the columns, but holds numbers. Put a line of names before it.");
        var twice = names.CountBy(name => name).FirstOrDefault(name => name.Value > 1);
        if (twice.Value > 1)
            throw new UserError($"{path}: its header names the column '{twice.Key}' twice. Give every column a name of its own.");
        return [.. names];
    }

    private static UserError Bad(string path, long line, string how) =>
        new($"{path}: line {line}: {how}. Mend the line, or replace the file.");

    private static string Shorten(string text) => text.Length <= 40 ? text : $"{text[..40]}…";
}
