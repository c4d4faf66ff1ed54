using System.Runtime.InteropServices;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Readers;

/// <summary>Reads one .ts file line by line.</summary>
internal sealed class TsReader(string path)
{
    private const int MostBytes = 1 << 30;

    private readonly TsHeader _header = new(path);
    private readonly List<float[]> _cases = [];
    private readonly List<int> _labels = [];
    private readonly List<float> _values = [];
    private Dictionary<string, int>? _classes;
    private int? _dimensions;
    private int? _steps;
    private int _line;

    /// <exception cref="UserError">The file is missing, unreadable, or breaks the format; with the line.</exception>
    public TsContent Read()
    {
        var text = TextFile.Read(path, MostBytes);
        using var reader = text.Open();
        while (reader.ReadLine() is { } line)
        {
            _line++;
            line = line.Trim();
            if (line.Length == 0 || line[0] is '#' or '%') continue;
            if (_classes is not null)
                AddCase(line);
            else if (line[0] == '@')
                AddHeader(line);
            else
                throw Wrong("data begin before the line @data. Write the header (@problemName, @classLabel, ..., @data) first");
        }

        if (_classes is null) throw new UserError($"{path}: it has no line @data. The file is cut off or no .ts file: replace it.");
        if (_cases.Count == 0) throw new UserError($"{path}: no series follows @data. The file is cut off: replace it.");
        var name = _header.ProblemName ?? Path.GetFileNameWithoutExtension(path);
        return new TsContent(path, name, _header.ClassNames, _dimensions!.Value, _cases, _labels, text.File);
    }

    private void AddHeader(string line)
    {
        if (!line.Equals("@data", StringComparison.OrdinalIgnoreCase))
        {
            _header.Add(_line, line);
            return;
        }

        _header.Complete(_line);
        _classes = _header.ClassNames.Index().ToDictionary(c => c.Item, c => c.Index);
        _dimensions = _header.Dimensions;
        if (_header.EqualLength) _steps = _header.SeriesLength;
    }

    private void AddCase(string line)
    {
        var end = line.LastIndexOf(':');
        if (end < 0) throw Wrong("it has no ':' before a class");
        var label = line[(end + 1)..].Trim();
        if (!_classes!.TryGetValue(label, out var c))
            throw Wrong($"'{label}' is not one of the classes {string.Join(", ", _header.ClassNames)}");

        _values.Clear();
        var dimensions = 0;
        var steps = 0;
        foreach (var range in line.AsSpan(0, end).Split(':'))
        {
            var length = AddDimension(line.AsSpan(range), ++dimensions);
            if (dimensions > 1 && length != steps)
                throw Wrong($"dimension 1 has {steps} values, but dimension {dimensions} has {length}. All dimensions of a series must be of one length");
            steps = length;
        }

        if (dimensions != (_dimensions ??= dimensions))
            throw Wrong($"it has {dimensions} dimensions where {_dimensions} are wanted");
        if (_header.EqualLength && steps != (_steps ??= steps))
            throw Wrong($"its series has {steps} steps where {_steps} are wanted, as the header states @equalLength true");
        _cases.Add(Transposed(dimensions, steps));
        _labels.Add(c);
    }

    /// <summary>Appends the values of one dimension, gaps filled; returns how many.</summary>
    private int AddDimension(ReadOnlySpan<char> text, int dimension)
    {
        var start = _values.Count;
        foreach (var range in text.Split(','))
        {
            var cell = text[range].Trim();
            if (cell is "?" || cell.Equals("NaN", StringComparison.OrdinalIgnoreCase))
                _values.Add(float.NaN);
            else if (Numbers.TryParse(cell, out var value))
                _values.Add((float)value);
            else
                throw Wrong($"dimension {dimension}, value {_values.Count - start + 1}: '{Shorten(cell)}' is not a number. A missing value is written ?");
        }

        Numbers.FillGaps(CollectionsMarshal.AsSpan(_values)[start..]);
        return _values.Count - start;
    }

    /// <summary>The values, one dimension after another, as [steps, dimensions].</summary>
    private float[] Transposed(int dimensions, int steps)
    {
        var values = new float[_values.Count];
        for (var d = 0; d < dimensions; d++)
        {
            for (var t = 0; t < steps; t++) values[(t * dimensions) + d] = _values[(d * steps) + t];
        }

        return values;
    }

    private static string Shorten(ReadOnlySpan<char> text) => text.Length <= 40 ? text.ToString() : $"{text[..40]}…";

    private UserError Wrong(string how) => new($"{path}: line {_line}: {how}.");
}
