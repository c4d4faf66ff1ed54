using System.Collections.Immutable;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data;

/// <summary>
/// A table as read, nothing scaled or encoded yet: that is fitted by <see cref="Prepare"/> to the rows trained on, so
/// that no figure of a validation or test row can leak into training.
/// </summary>
public sealed class Table
{
    private readonly ImmutableArray<NumericColumn> _numeric;
    private readonly ImmutableArray<NumericColumn> _gappy;
    private readonly ImmutableArray<CategoricalColumn> _categorical;
    private readonly TargetColumn _target;

    internal Table(
        string name,
        IEnumerable<NumericColumn> numeric,
        IEnumerable<CategoricalColumn> categorical,
        TargetColumn target,
        IReadOnlyList<DataFile> files)
    {
        Name = name;
        _numeric = [.. numeric];
        _gappy = [.. _numeric.Where(column => column.HasGaps)];
        _categorical = [.. categorical];
        _target = target;
        Files = files;
        Rows = Math.Max(target.Labels.Length, target.Values.Length);
        Schema = new TableSchema(
            [.. _numeric.Select(column => column.Name)],
            [.. _gappy.Select(column => column.Name)],
            [.. _categorical.Select(column => new CategoricalLevels(column.Name, column.Levels))],
            target.Name,
            target.ClassNames);
    }

    public string Name { get; }

    public int Rows { get; }

    public TableSchema Schema { get; }

    public IReadOnlyList<DataFile> Files { get; }

    /// <summary>
    /// Divides the rows as <see cref="Partition"/> does, then fits scalings to the training rows in use and encodes all
    /// parts with them: vectors as in <see cref="Schema"/>, with classes or one standardised target.
    /// </summary>
    /// <exception cref="UserError">A share, or the number taken, does not fit the data, or a class has no row to train on.</exception>
    public Splits Prepare(double testShare, double validationShare, int? take, RandomStream takeStream)
    {
        var parts = Partition(testShare, validationShare, take, takeStream);
        // Validation rows lie in the same dataset, but take no part in the fit.
        int[] rest = [.. parts.Train, .. parts.Validation, .. parts.Unused];
        Array.Sort(rest);
        var encoding = Fit(parts.Train);
        var data = Encode(rest, encoding);
        return new Splits(
            new Split(data, Positions(parts.Train)),
            new Split(data, Positions(parts.Validation)),
            Split.All(Encode(parts.Test, encoding)));

        int[] Positions(int[] rows) => Array.ConvertAll(rows, row => Array.BinarySearch(rest, row));
    }

    /// <summary>The scale that <see cref="Prepare"/> brings the rows to.</summary>
    /// <inheritdoc cref="Prepare"/>
    public InputScale ScaleOf(double testShare, double validationShare, int? take, RandomStream takeStream) =>
        new(
            Schema.NumericColumns,
            Fit(Partition(testShare, validationShare, take, takeStream).Train).Features,
            Schema.Indicators);

    /// <summary>
    /// Sets <paramref name="testShare"/> of the rows aside (with classes: of every class; the same rows whatever the
    /// experiment's seed) and divides the others as <see cref="Splits.Make"/> does. Rows ascend in each part.
    /// </summary>
    /// <param name="testShare">Above 0 and below 1.</param>
    /// <param name="validationShare">Of the rows that are not for the test; in [0, 1).</param>
    /// <param name="take">Rows to train on, or null for all that are left.</param>
    /// <param name="takeStream">Chooses those rows.</param>
    /// <exception cref="UserError">A share, or the number taken, does not fit the data, or a class has no row to train on.</exception>
    internal TableParts Partition(double testShare, double validationShare, int? take, RandomStream takeStream)
    {
        var test = TestPart.Choose(Name, Rows, _target.IsClasses ? _target.Labels : null, testShare);
        var rest = Enumerable.Range(0, Rows).Except(test).ToArray();
        // Splits.Make looks at labels and numbers of rows alone.
        var splits = Splits.Make(Bare(rest), Bare(test), validationShare, take, takeStream);
        var train = Of(splits.Train);
        var validation = Of(splits.Validation);
        if (Strata.FirstAbsent(_target.ClassNames.Length, _target.IsClasses ? Pick(_target.Labels, train) : []) is var absent and >= 0)
            throw new UserError(
                $"{Name}: no row of class {_target.ClassNames[absent]} is left to train on: all are to test or to validate with. "
                + "Add rows of it, leave it out, or choose smaller shares.");
        return new TableParts(train, validation, [.. rest.Except(train).Except(validation)], test);

        int[] Of(Split split) => [.. split.Indices.ToArray().Select(i => rest[i])];
    }

    /// <summary>Means and deviations (with divisor n) of the cells of <paramref name="rows"/> that are not missing.</summary>
    public TableEncoding Fit(ReadOnlySpan<int> rows)
    {
        var mean = ImmutableArray.CreateBuilder<double>();
        var deviation = ImmutableArray.CreateBuilder<double>();
        foreach (var column in _numeric)
        {
            var moments = MomentsOf(column.Values, rows);
            mean.Add(moments.Mean);
            deviation.Add(moments.Scale);
        }

        var features = new Scaling(mean.ToImmutable(), deviation.ToImmutable());
        if (_target.IsClasses) return new TableEncoding(features, null);
        var target = MomentsOf(_target.Values, rows);
        return new TableEncoding(features, new Scaling([target.Mean], [target.Scale]));
    }

    /// <summary>The rows as vectors laid out as <see cref="Schema"/> says, one after another. A missing number becomes the mean.</summary>
    /// <exception cref="UserError">A value lies too many deviations from the mean for single precision.</exception>
    public Dataset Encode(ReadOnlySpan<int> rows, TableEncoding encoding)
    {
        var width = Schema.Width;
        if ((long)width * rows.Length > Array.MaxLength)
            throw new UserError(
                $"{Name}: {rows.Length} rows of {width} numbers each do not fit into memory. Leave out the columns of many different texts.");
        var values = new float[width * rows.Length];
        for (var i = 0; i < rows.Length; i++) EncodeRow(rows[i], encoding.Features, values.AsSpan(i * width, width));

        if (_target.IsClasses) return Dataset.OfValues(Name, [width], values, Pick(_target.Labels, rows), _target.ClassNames);
        var scaling = encoding.Target!;
        var targets = Array.ConvertAll(Pick(_target.Values, rows), target => (float)scaling.Apply(0, target));
        return Dataset.OfTargets(Name, [width], values, 1, targets, scaling);
    }

    private void EncodeRow(int row, Scaling scaling, Span<float> into)
    {
        var at = 0;
        for (var c = 0; c < _numeric.Length; c++)
        {
            var value = _numeric[c].Values[row];
            into[at++] = double.IsNaN(value) ? 0 : (float)scaling.Apply(c, value);
        }

        foreach (var column in _gappy) into[at++] = double.IsNaN(column.Values[row]) ? 1 : 0;
        foreach (var column in _categorical)
        {
            if (column.Rows[row] >= 0) into[at + column.Rows[row]] = 1;
            at += column.Levels.Length;
        }
    }

    /// <summary>As many examples as rows, with their classes but nothing else of them.</summary>
    private Dataset Bare(int[] rows) => _target.IsClasses
        ? Dataset.OfPixels(Name, [1], new byte[rows.Length], Pick(_target.Labels, rows), _target.ClassNames)
        : Dataset.OfTargets(Name, [1], new float[rows.Length], 1, new float[rows.Length]);

    /// <summary>A constant column, or one not known in these rows, stays finite: it becomes 0 and differences keep their units.</summary>
    private static Moments MomentsOf(double[] column, ReadOnlySpan<int> rows)
    {
        var moments = new Moments();
        foreach (var row in rows) moments.Add(column[row]);
        return moments;
    }

    private static T[] Pick<T>(T[] column, ReadOnlySpan<int> rows)
    {
        var picked = new T[rows.Length];
        for (var i = 0; i < rows.Length; i++) picked[i] = column[rows[i]];
        return picked;
    }
}
