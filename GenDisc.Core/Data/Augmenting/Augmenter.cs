using System.Buffers;
using System.Runtime.InteropServices;
using GenDisc.Core.Runtime;
using TorchSharp;

namespace GenDisc.Core.Data;

/// <summary>
/// Changes the images of a batch at random, each by draws of its own, one augmentation after the other. The draws come
/// from the stream image by image, so the result depends on nothing but the stream and the images.
/// </summary>
public sealed class Augmenter(IReadOnlyList<Augmentation> steps)
{
    public IReadOnlyList<Augmentation> Steps { get; } = [.. steps];

    /// <summary>Changes X in place. Without steps it does nothing and draws nothing.</summary>
    /// <param name="batch">X of [batch, channels, height, width], float32 on the CPU.</param>
    /// <param name="stream">Where the draws come from.</param>
    /// <exception cref="UserError">The examples are not images, or a step does not fit their size.</exception>
    public void Apply(Batch batch, RandomStream stream)
    {
        if (Steps.Count == 0) return;
        var x = batch.X;
        if (x.dim() != 4)
            throw new UserError(
                $"augmentation: examples of [{string.Join(", ", x.shape.Skip(1))}] are not images of channels, height and "
                + "width. Leave it out.");
        if (x.device_type != DeviceType.CPU || x.dtype != torch.ScalarType.Float32 || !x.is_contiguous())
            throw new ArgumentException("not contiguous float32 numbers on the CPU", nameof(batch));

        var (height, width) = ((int)x.size(2), (int)x.size(3));
        if (Steps.Select(step => step.Refuse(height, width)).FirstOrDefault(why => why is not null) is { } wrong)
            throw new UserError($"augmentation: {wrong}");

        var numbers = MemoryMarshal.Cast<byte, float>(x.bytes);
        var size = (int)x.size(1) * height * width;
        var scratch = ArrayPool<float>.Shared.Rent(size);
        try
        {
            for (var start = 0; start < numbers.Length; start += size)
            {
                var image = new ImageSpan(numbers.Slice(start, size), height, width, scratch);
                foreach (var step in Steps) step.Apply(image, step.Draw(stream, height, width));
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(scratch);
        }
    }
}
