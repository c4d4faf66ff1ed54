using BenchmarkDotNet.Attributes;
using GenDisc.Core.Kernels.Gather;
using static TorchSharp.torch;

namespace GenDisc.Benchmarks;

/// <summary>A batch of 128 images of 784 bytes out of 60,000, in a random order.</summary>
public class PixelGathers
{
    private const int Rows = 60000;
    private const int Size = 784;
    private readonly byte[] pixels = new byte[Rows * Size];
    private readonly int[] order = [.. Enumerable.Range(0, Rows)];
    private readonly Tensor into = empty(128, Size);
    private int at;

    public PixelGathers()
    {
        var random = new Random(1);
        random.NextBytes(pixels);
        random.Shuffle(order);
    }

    [Benchmark]
    public void Kernel() => PixelGather.Gather(pixels, Size, Next(), into);

    [Benchmark(Baseline = true)]
    public void Twin() => PixelGather.Twin(pixels, Size, Next(), into);

    private ReadOnlySpan<int> Next()
    {
        at = (at + 128) % (Rows - 128);
        return order.AsSpan(at, 128);
    }
}
