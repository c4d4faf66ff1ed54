using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data;

/// <summary>
/// Brings every feature to mean 0 and deviation 1, as fitted on the training examples in use and nothing else; a
/// constant feature is only centred. The splits keep their examples and order.
/// </summary>
public static class Standardise
{
    /// <summary>Labelled sequences: a feature is fitted over all real steps; padding stays 0.</summary>
    /// <param name="splits">Examples of [steps, features] with labels.</param>
    /// <exception cref="UserError">The examples are something else, or there is none to train on.</exception>
    public static Splits Sequences(Splits splits)
    {
        var scaling = OfSequences(splits);
        return Rebuilt(splits, data => Dataset.OfSequences(
            data.Name,
            data.ExampleShape[0],
            data.ExampleShape[1],
            Scaled(data, scaling),
            data.Lengths,
            data.Labels,
            data.ClassNames));
    }

    /// <summary>The scaling of each feature that <see cref="Sequences"/> applies.</summary>
    /// <inheritdoc cref="Sequences"/>
    public static Scaling OfSequences(Splits splits)
    {
        var train = splits.Train.Data;
        if (train.Values.IsEmpty || train.ExampleShape.Length != 2 || train.Classes == 0)
            throw Unsuitable(train, "sequences of [steps, features] with classes");
        var features = train.ExampleShape[1];
        var moments = new ColumnMoments(features);
        foreach (var i in InUse(splits))
        {
            var example = Example(train, i);
            for (var t = 0; t < StepsOf(train, i); t++) moments.Add(example.Slice(t * features, features));
        }

        return moments.ToScaling();
    }

    /// <summary>Vectors of [n] with labels or targets. Targets are standardised too, and carry their scaling.</summary>
    /// <param name="splits">Examples of real numbers, whose targets are in their own units.</param>
    /// <exception cref="UserError">The examples are something else, or there is none to train on.</exception>
    public static Splits Vectors(Splits splits)
    {
        var train = splits.Train.Data;
        if (train.Values.IsEmpty || train.ExampleShape.Length != 1 || train.TargetScaling is not null)
            throw Unsuitable(train, "vectors of real numbers that are not standardised yet");
        var inputs = new ColumnMoments(train.ExampleSize);
        var outputs = new ColumnMoments(train.TargetSize);
        foreach (var i in InUse(splits))
        {
            inputs.Add(Example(train, i));
            outputs.Add(train.Targets.Span.Slice(i * train.TargetSize, train.TargetSize));
        }

        var (scaling, targetScaling) = (inputs.ToScaling(), outputs.ToScaling());
        return Rebuilt(splits, data => data.Classes > 0
            ? Dataset.OfValues(data.Name, data.ExampleShape, Scaled(data, scaling), data.Labels, data.ClassNames)
            : Dataset.OfTargets(
                data.Name,
                data.ExampleShape,
                Scaled(data, scaling),
                data.TargetSize,
                ScaledTargets(data, targetScaling),
                targetScaling));
    }

    private static UserError Unsuitable(Dataset data, string what) => new(
        $"Dataset {data.Name}: only {what} can be standardised so, but its examples are "
        + $"{(data.Values.IsEmpty ? "pixels" : "numbers")} of [{string.Join(", ", data.ExampleShape)}] with "
        + $"{(data.Classes > 0 ? "classes" : data.TargetScaling is null ? "targets" : "scaled targets")}. Leave it out.");

    private static ReadOnlySpan<int> InUse(Splits splits) => splits.Train.Count > 0
        ? splits.Train.Indices.Span
        : throw new UserError($"Dataset {splits.Train.Data.Name}: there is no training example to standardise by.");

    private static ReadOnlySpan<float> Example(Dataset data, int i) =>
        data.Values.Span.Slice(i * data.ExampleSize, data.ExampleSize);

    private static int StepsOf(Dataset data, int i) => data.Lengths.IsEmpty ? data.ExampleShape[0] : data.Lengths.Span[i];

    /// <summary>Every real step of every example by the column's scaling; what is beyond stays 0.</summary>
    private static float[] Scaled(Dataset data, Scaling scaling)
    {
        var into = new float[data.Values.Length];
        for (var i = 0; i < data.Count; i++)
        {
            var real = data.ExampleShape.Length == 1 ? data.ExampleSize : StepsOf(data, i) * scaling.Columns;
            Scale(Example(data, i)[..real], scaling, into.AsSpan(i * data.ExampleSize));
        }

        return into;
    }

    private static float[] ScaledTargets(Dataset data, Scaling scaling)
    {
        var into = new float[data.Targets.Length];
        Scale(data.Targets.Span, scaling, into);
        return into;
    }

    private static void Scale(ReadOnlySpan<float> values, Scaling scaling, Span<float> into)
    {
        for (var i = 0; i < values.Length; i++) into[i] = (float)scaling.Apply(i % scaling.Columns, values[i]);
    }

    /// <summary>The same rows of rebuilt data; splits that share a dataset still do.</summary>
    private static Splits Rebuilt(Splits splits, Func<Dataset, Dataset> rebuild)
    {
        var done = new Dictionary<Dataset, Dataset>();
        return new Splits(Of(splits.Train), Of(splits.Validation), Of(splits.Test));

        Split Of(Split split)
        {
            if (!done.TryGetValue(split.Data, out var rebuilt)) done[split.Data] = rebuilt = rebuild(split.Data);
            return split with { Data = rebuilt };
        }
    }
}
