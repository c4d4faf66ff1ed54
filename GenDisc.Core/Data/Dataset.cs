using System.Collections.Immutable;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data;

/// <summary>
/// Examples in compact managed memory, immutable and free of tensors: images as one byte a pixel
/// (<see cref="Pixels"/>) or real-valued examples (<see cref="Values"/>), row after row, with either a class label or
/// a vector of real targets for each.
/// </summary>
public sealed class Dataset
{
    private Dataset(
        string name,
        ImmutableArray<int> shape,
        ReadOnlyMemory<byte> pixels,
        ReadOnlyMemory<float> values,
        ImmutableArray<string> classNames,
        ReadOnlyMemory<int> labels,
        int targetSize,
        ReadOnlyMemory<float> targets)
    {
        Name = name;
        ExampleShape = shape;
        ExampleSize = SizeOf(name, shape);
        Pixels = pixels;
        Values = values;
        ClassNames = classNames;
        Labels = labels;
        TargetSize = targetSize;
        Targets = targets;
        Count = CountRows(name, "examples", Math.Max(pixels.Length, values.Length), ExampleSize);
        if (Count == 0) throw new UserError($"Dataset {name}: it holds no example.");
    }

    public string Name { get; }

    /// <summary>[channels, height, width] of an image, [steps, features] of a sequence or [n] of a vector.</summary>
    public ImmutableArray<int> ExampleShape { get; }

    public int Count { get; }

    /// <summary>Numbers in one example: the product of <see cref="ExampleShape"/>.</summary>
    public int ExampleSize { get; }

    /// <summary>Number of classes; 0 for regression.</summary>
    public int Classes => ClassNames.Length;

    public ImmutableArray<string> ClassNames { get; }

    /// <summary>Real targets of one example; 0 for classification.</summary>
    public int TargetSize { get; }

    /// <summary>Count * ExampleSize pixels in 0..255, or empty when <see cref="Values"/> is used. Batches scale them to [0, 1].</summary>
    public ReadOnlyMemory<byte> Pixels { get; private set; }

    /// <summary>Count * ExampleSize real values, or empty when <see cref="Pixels"/> is used.</summary>
    public ReadOnlyMemory<float> Values { get; private set; }

    /// <summary>The label of an example whose class is not known.</summary>
    public const int Hidden = -1;

    /// <summary>Count labels in 0..Classes-1, or <see cref="Hidden"/>; empty for regression.</summary>
    public ReadOnlyMemory<int> Labels { get; }

    /// <summary>Whether some labels are <see cref="Hidden"/>.</summary>
    public bool HidesLabels { get; private init; }

    /// <summary>Count * TargetSize targets; empty for classification.</summary>
    public ReadOnlyMemory<float> Targets { get; }

    /// <summary>Real steps of each sequence, in 1..steps, the rest being padding with 0; empty when all are full.</summary>
    public ReadOnlyMemory<int> Lengths { get; private init; }

    /// <summary>How the targets were scaled, one column for each number of a target; null when they are in their own units.</summary>
    public Scaling? TargetScaling { get; private init; }

    /// <summary>
    /// Whether a batch makes its pixels black and white, white with the probability that the grey value is, drawn anew
    /// each time (Salakhutdinov and Murray 2008).
    /// </summary>
    public bool DrawsPixels { get; private set; }

    /// <summary>Labelled examples of one byte a number.</summary>
    /// <exception cref="UserError">Lengths disagree, or a label lies outside the classes.</exception>
    public static Dataset OfPixels(
        string name,
        IEnumerable<int> shape,
        ReadOnlyMemory<byte> pixels,
        ReadOnlyMemory<int> labels,
        IEnumerable<string> classNames)
    {
        var data = new Dataset(name, [.. shape], pixels, default, [.. classNames], labels, 0, default);
        data.CheckLabels();
        return data;
    }

    /// <summary>Labelled examples of real numbers.</summary>
    /// <exception cref="UserError">Lengths disagree, a label lies outside the classes, or a value is not finite.</exception>
    public static Dataset OfValues(
        string name,
        IEnumerable<int> shape,
        ReadOnlyMemory<float> values,
        ReadOnlyMemory<int> labels,
        IEnumerable<string> classNames)
    {
        var data = new Dataset(name, [.. shape], default, values, [.. classNames], labels, 0, default);
        data.CheckLabels();
        CheckFinite(name, "value", values.Span, data.ExampleSize);
        return data;
    }

    /// <summary>Labelled sequences of [<paramref name="steps"/>, <paramref name="features"/>], shorter ones padded at the end.</summary>
    /// <param name="lengths">Real steps of each; empty when all are full.</param>
    /// <exception cref="UserError">Lengths disagree, a label lies outside the classes, or a value is not finite.</exception>
    public static Dataset OfSequences(
        string name,
        int steps,
        int features,
        ReadOnlyMemory<float> values,
        ReadOnlyMemory<int> lengths,
        ReadOnlyMemory<int> labels,
        IEnumerable<string> classNames)
    {
        var data = new Dataset(name, [steps, features], default, values, [.. classNames], labels, 0, default) { Lengths = lengths };
        data.CheckLabels();
        data.CheckLengths();
        CheckFinite(name, "value", values.Span, data.ExampleSize);
        return data;
    }

    /// <summary>Examples of real numbers with <paramref name="targetSize"/> real targets each.</summary>
    /// <param name="scaling">How the targets were scaled, if they were.</param>
    /// <exception cref="UserError">Lengths disagree, or a value or target is not finite.</exception>
    public static Dataset OfTargets(
        string name,
        IEnumerable<int> shape,
        ReadOnlyMemory<float> values,
        int targetSize,
        ReadOnlyMemory<float> targets,
        Scaling? scaling = null)
    {
        if (targetSize < 1) throw new UserError($"Dataset {name}: regression needs at least one target an example; got {targetSize}.");
        var data = new Dataset(name, [.. shape], default, values, [], default, targetSize, targets) { TargetScaling = scaling };
        if (CountRows(name, "targets", targets.Length, targetSize) is var rows && rows != data.Count)
            throw new UserError($"Dataset {name}: {data.Count} examples but targets for {rows}.");
        CheckFinite(name, "value", values.Span, data.ExampleSize);
        CheckFinite(name, "target", targets.Span, targetSize);
        return data;
    }

    /// <summary>The same pixels, which batches draw black and white.</summary>
    /// <exception cref="UserError">The examples are not of pixels.</exception>
    internal Dataset Drawn()
    {
        CheckPixels();
        var other = (Dataset)MemberwiseClone();
        other.DrawsPixels = true;
        return other;
    }

    /// <summary>The same examples, each pixel made black or white by one draw.</summary>
    /// <param name="draws">One number a pixel, in order.</param>
    /// <exception cref="UserError">The examples are not of pixels.</exception>
    internal Dataset DrawnOnce(RandomStream draws)
    {
        CheckPixels();
        var drawn = new byte[Pixels.Length];
        var grey = Pixels.Span;
        for (var i = 0; i < drawn.Length; i++) drawn[i] = draws.NextInt(255) < grey[i] ? byte.MaxValue : byte.MinValue;
        var other = (Dataset)MemberwiseClone();
        (other.Pixels, other.DrawsPixels) = (drawn, false);
        return other;
    }

    /// <summary>
    /// These examples, each in its place, with others after them. Of pixels the others are rounded to whole ones, as the
    /// data's own are.
    /// </summary>
    /// <param name="values">Row after row, in the data's own units; pixels in [0, 1], cut off there.</param>
    /// <param name="labels">One for each row.</param>
    /// <exception cref="UserError">Lengths disagree, a label lies outside the classes, a value is not finite, or they are too many.</exception>
    /// <exception cref="InvalidOperationException">The examples are without classes, or sequences.</exception>
    public Dataset With(ReadOnlySpan<float> values, ReadOnlySpan<int> labels)
    {
        if (Classes == 0 || !Lengths.IsEmpty) throw new InvalidOperationException("only labelled images and vectors can be added to");
        if (labels.Length * (long)ExampleSize != values.Length)
            throw new UserError($"Dataset {Name}: {labels.Length} labels but {values.Length} numbers of {ExampleSize} an example.");
        var wrong = labels.IndexOfAnyExceptInRange(0, Classes - 1);
        if (wrong >= 0) throw new UserError($"Dataset {Name}: the label of an example is {labels[wrong]}, but the {Classes} classes are 0 to {Classes - 1}.");
        CheckFinite(Name, "value", values, ExampleSize);
        if (((long)Count + labels.Length) * ExampleSize > Array.MaxLength)
            throw new UserError($"Dataset {Name}: {Count} examples and {labels.Length} more do not fit into memory. Add fewer.");
        var pixels = Pixels.IsEmpty ? [] : new byte[Pixels.Length + values.Length];
        var reals = Pixels.IsEmpty ? new float[Values.Length + values.Length] : [];
        if (Pixels.IsEmpty)
        {
            Values.Span.CopyTo(reals);
            values.CopyTo(reals.AsSpan(Values.Length));
        }
        else
        {
            Pixels.Span.CopyTo(pixels);
            for (var i = 0; i < values.Length; i++) pixels[Pixels.Length + i] = (byte)MathF.Round(255 * Math.Clamp(values[i], 0f, 1f));
        }

        return new Dataset(Name, ExampleShape, pixels, reals, ClassNames, (int[])[.. Labels.Span, .. labels], 0, default)
        {
            DrawsPixels = DrawsPixels,
            HidesLabels = HidesLabels,
        };
    }

    /// <summary>The same examples, which share their memory, with all labels hidden but those of some rows.</summary>
    /// <exception cref="UserError">The examples have no classes.</exception>
    internal Dataset Hiding(ReadOnlySpan<int> known)
    {
        if (Classes == 0) throw new UserError($"Dataset {Name}: it has no labels to hide.");
        var labels = new int[Count];
        Array.Fill(labels, Hidden);
        foreach (var row in known) labels[row] = Labels.Span[row];
        return new Dataset(Name, ExampleShape, Pixels, Values, ClassNames, labels, 0, default)
        {
            Lengths = Lengths,
            DrawsPixels = DrawsPixels,
            HidesLabels = true,
        };
    }

    /// <summary>The same in everything but the examples' numbers, of which there are as many.</summary>
    /// <exception cref="UserError">A value is not finite.</exception>
    internal Dataset With(ReadOnlyMemory<byte> pixels, ReadOnlyMemory<float> values)
    {
        if (pixels.Length != Pixels.Length || values.Length != Values.Length)
            throw new ArgumentException("other examples than there were", nameof(pixels));
        CheckFinite(Name, "value", values.Span, ExampleSize);
        var other = (Dataset)MemberwiseClone();
        (other.Pixels, other.Values) = (pixels, values);
        return other;
    }

    private static int SizeOf(string name, ImmutableArray<int> shape)
    {
        var size = 1L;
        foreach (var side in shape)
        {
            size *= side;
            if (side < 1 || size > int.MaxValue)
                throw new UserError($"Dataset {name}: [{string.Join(", ", shape)}] is not a shape of examples.");
        }

        return shape.Length > 0 ? (int)size : throw new UserError($"Dataset {name}: examples have no shape.");
    }

    private static int CountRows(string name, string what, int length, int rowSize) =>
        length % rowSize == 0
            ? length / rowSize
            : throw new UserError($"Dataset {name}: {length} numbers are not a whole number of {what} of {rowSize} each.");

    private static void CheckFinite(string name, string what, ReadOnlySpan<float> numbers, int rowSize)
    {
        for (var i = 0; i < numbers.Length; i++)
        {
            if (!float.IsFinite(numbers[i]))
                throw new UserError($"Dataset {name}: a {what} of example {i / rowSize} is {numbers[i]}; only finite numbers can be learnt from.");
        }
    }

    private void CheckPixels()
    {
        if (Pixels.IsEmpty) throw new UserError($"Dataset {Name}: binarised is for grey pixels, but its examples are real numbers. Drop binarised.");
    }

    private void CheckLengths()
    {
        if (Lengths.IsEmpty) return;
        if (Lengths.Length != Count) throw new UserError($"Dataset {Name}: {Count} sequences but {Lengths.Length} lengths.");
        var wrong = Lengths.Span.IndexOfAnyExceptInRange(1, ExampleShape[0]);
        if (wrong >= 0)
            throw new UserError($"Dataset {Name}: the length of sequence {wrong} is {Lengths.Span[wrong]}, but must be 1 to {ExampleShape[0]}.");
    }

    private void CheckLabels()
    {
        if (Classes == 0) throw new UserError($"Dataset {Name}: labelled examples need class names.");
        if (Labels.Length != Count) throw new UserError($"Dataset {Name}: {Count} examples but {Labels.Length} labels.");
        var labels = Labels.Span;
        for (var i = 0; i < labels.Length; i++)
        {
            if ((uint)labels[i] >= (uint)Classes)
                throw new UserError($"Dataset {Name}: the label of example {i} is {labels[i]}, but the {Classes} classes are 0 to {Classes - 1}.");
        }
    }
}
