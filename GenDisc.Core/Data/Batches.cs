using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using GenDisc.Core.Kernels.Gather;
using GenDisc.Core.Kernels.Native;
using GenDisc.Core.Kernels.Random;
using GenDisc.Core.Runtime;
using TorchSharp;

namespace GenDisc.Core.Data;

/// <summary>
/// Cuts a split into batches. Rows are gathered from the compact storage straight into the batch's own tensor, so a
/// step allocates nothing else; the last batch holds what is left.
/// </summary>
public static class Batches
{
    /// <summary>Number of batches of <paramref name="size"/> that hold <paramref name="examples"/>.</summary>
    public static int CountOf(int examples, int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(examples);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        return (int)(((long)examples + size - 1) / size);
    }

    /// <summary>The split's examples in order. The caller disposes each batch.</summary>
    public static IEnumerable<Batch> Sequential(Split split, int size, torch.Device device)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        return Cut(split, size, stream: null, device, augmenter: null, augmentation: null, labelled: null);
    }

    /// <summary>
    /// The split's examples in a random order that <paramref name="stream"/> draws when the enumeration starts; each
    /// enumeration is another epoch. The caller disposes each batch.
    /// </summary>
    /// <param name="split">To train on.</param>
    /// <param name="size">Examples of a batch.</param>
    /// <param name="stream">Draws the order.</param>
    /// <param name="device">Of the batches.</param>
    /// <param name="augmenter">Changes the images of every batch; null leaves them.</param>
    /// <param name="augmentation">Draws the changes; needed with an augmenter.</param>
    /// <param name="labelled">
    /// Gives each batch as many examples more whose label is known, as its <see cref="Batch.Extra"/>, or all of them where
    /// they are fewer; null: none.
    /// </param>
    /// <exception cref="UserError">While enumerating: the augmenter does not fit the examples.</exception>
    public static IEnumerable<Batch> Shuffled(
        Split split,
        int size,
        RandomStream stream,
        torch.Device device,
        Augmenter? augmenter = null,
        RandomStream? augmentation = null,
        LabelledRows? labelled = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        if (augmenter is not null) ArgumentNullException.ThrowIfNull(augmentation);
        return Cut(split, size, stream, device, augmenter, augmentation, labelled);
    }

    /// <summary>The examples of the given rows of <paramref name="data"/> as one batch.</summary>
    public static Batch Gather(Dataset data, ReadOnlySpan<int> rows, torch.Device device) =>
        On(device, Gather(data, rows, DrawsOf(data, stream: null)));

    private static Batch Gather(Dataset data, ReadOnlySpan<int> rows, CounterStream? draws, int extra = 0)
    {
        var x = Floats(rows.Length, data.ExampleShape.AsSpan());
        if (data.Pixels.IsEmpty) Copy(data.Values.Span, data.ExampleSize, rows, Numbers<float>(x));
        else if (draws is null) PixelGather.Gather(data.Pixels.Span, data.ExampleSize, rows, x);
        else PixelGather.Gather(data.Pixels.Span, data.ExampleSize, rows, x, Binarisation.Drawn, draws);

        torch.Tensor? labels = null, targets = null, known = null;
        if (data.Classes > 0)
        {
            labels = Integers(data.Labels.Span, rows);
            if (data.HidesLabels) known = KnownOf(data.Labels.Span, rows);
        }
        else
        {
            targets = Floats(rows.Length, [data.TargetSize]);
            Copy(data.Targets.Span, data.TargetSize, rows, Numbers<float>(targets));
        }

        return new Batch(x, labels, targets, data.Lengths.IsEmpty ? null : Integers(data.Lengths.Span, rows), known, extra);
    }

    /// <summary>Positions among <paramref name="rows"/> of those whose label is not hidden.</summary>
    private static torch.Tensor KnownOf(ReadOnlySpan<int> labels, ReadOnlySpan<int> rows)
    {
        var count = 0;
        foreach (var row in rows)
            if (labels[row] != Dataset.Hidden) count++;
        var known = torch.empty(count, torch.int64, torch.CPU).DetachFromDisposeScope();
        if (count == 0) return known;
        var numbers = Numbers<long>(known);
        for (int i = 0, next = 0; i < rows.Length; i++)
            if (labels[rows[i]] != Dataset.Hidden) numbers[next++] = i;
        return known;
    }

    private static IEnumerable<Batch> Cut(
        Split split,
        int size,
        RandomStream? stream,
        torch.Device device,
        Augmenter? augmenter,
        RandomStream? augmentation,
        LabelledRows? labelled)
    {
        var count = split.Count;
        var order = ArrayPool<int>.Shared.Rent(count);
        var extra = labelled is null ? 0 : Math.Min(size, labelled.Count);
        var whole = extra == 0 ? [] : new int[Math.Min(size, count) + extra];
        try
        {
            split.Indices.CopyTo(order);
            var draws = DrawsOf(split.Data, stream);
            stream?.Shuffle(order.AsSpan(0, count));
            for (var start = 0; start < count; start += size)
            {
                var own = Math.Min(size, count - start);
                var batch = extra == 0
                    ? Gather(split.Data, order.AsSpan(start, own), draws)
                    : Gather(split.Data, With(labelled!, order.AsSpan(start, own), whole.AsSpan(0, own + extra)), draws, extra);
                if (augmenter is not null) Augment(batch, augmenter, augmentation!);
                yield return On(device, batch);
            }
        }
        finally
        {
            ArrayPool<int>.Shared.Return(order);
        }
    }

    /// <summary>The rows of a batch, then labelled ones.</summary>
    private static ReadOnlySpan<int> With(LabelledRows labelled, ReadOnlySpan<int> own, Span<int> whole)
    {
        own.CopyTo(whole);
        labelled.Next(whole[own.Length..]);
        return whole;
    }

    /// <summary>In training other draws each epoch, else the same each time.</summary>
    private static CounterStream? DrawsOf(Dataset data, RandomStream? stream) =>
        data.DrawsPixels ? new CounterStream((long)(stream?.NextUInt64() ?? 0), "binarisation") : null;

    private static void Augment(Batch batch, Augmenter augmenter, RandomStream stream)
    {
        try
        {
            augmenter.Apply(batch, stream);
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }

    private static void Copy(ReadOnlySpan<float> values, int rowSize, ReadOnlySpan<int> rows, Span<float> into)
    {
        for (var r = 0; r < rows.Length; r++)
            values.Slice(rows[r] * rowSize, rowSize).CopyTo(into[(r * rowSize)..]);
    }

    private static torch.Tensor Integers(ReadOnlySpan<int> values, ReadOnlySpan<int> rows)
    {
        var integers = torch.empty(rows.Length, torch.int64, torch.CPU).DetachFromDisposeScope();
        var numbers = Numbers<long>(integers);
        for (var i = 0; i < rows.Length; i++) numbers[i] = values[rows[i]];
        return integers;
    }

    private static torch.Tensor Floats(int rows, ReadOnlySpan<int> shape)
    {
        Span<long> whole = stackalloc long[shape.Length + 1];
        whole[0] = rows;
        for (var i = 0; i < shape.Length; i++) whole[i + 1] = shape[i];
        return Memory.Empty(whole).DetachFromDisposeScope();
    }

    private static Span<T> Numbers<T>(torch.Tensor tensor) where T : struct => MemoryMarshal.Cast<byte, T>(tensor.bytes);

    private static Batch On(torch.Device device, Batch batch)
    {
        if (device.type == DeviceType.CPU) return batch;
        // Lengths stay: they are read on the CPU.
        return new Batch(
            Moved(batch.X), Moved(batch.Labels), Moved(batch.Targets), batch.Lengths, Moved(batch.KnownRows), batch.Extra);

        [return: NotNullIfNotNull(nameof(tensor))]
        torch.Tensor? Moved(torch.Tensor? tensor)
        {
            using (tensor) return tensor?.to(device).DetachFromDisposeScope();
        }
    }
}
