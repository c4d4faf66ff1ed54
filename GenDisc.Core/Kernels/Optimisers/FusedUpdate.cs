using System.Runtime.InteropServices;
using GenDisc.Core.Kernels.Native;
using GenDisc.Core.Training;
using TorchSharp.Modules;

namespace GenDisc.Core.Kernels.Optimisers;

/// <summary>
/// Adam, AdamW and SGD in one pass over parameters, gradients and state, on all of libtorch's threads and without
/// managed memory. Every element is computed alone and every sum in a fixed order, so that results do not depend on the
/// number of threads.
/// </summary>
internal sealed unsafe class FusedUpdate : ParameterUpdate
{
    private readonly OptimiserOptions options;
    private readonly ParameterLine line;
    private readonly ParameterVersions versions;
    private readonly double[] sums;
    private float* state;
    private bool disposed;

    public FusedUpdate(OptimiserOptions options, IReadOnlyList<Parameter> parameters)
        : base(parameters)
    {
        this.options = options;
        var states = options.Kind switch
        {
            OptimiserKind.Adam or OptimiserKind.AdamW => 2,
            OptimiserKind.Sgd => options.Momentum == 0 ? 0 : 1,
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Kind, "unknown optimiser"),
        };
        line = new ParameterLine(Parameters);
        versions = new ParameterVersions(Parameters);
        sums = GC.AllocateArray<double>(line.Blocks, pinned: true);
        if (states == 0) return;
        var bytes = (nuint)(states * line.Length * sizeof(float));
        state = (float*)Memory.Rent(bytes);
        NativeMemory.Clear(state, bytes);
    }

    ~FusedUpdate() => Dispose(false);

    /// <summary>Whether every parameter suits a kernel, and no two are the same memory.</summary>
    public static bool Fits(IReadOnlyList<Parameter> parameters) =>
        parameters.All(Simd.Fits)
        && parameters.Where(p => p.numel() > 0).DistinctBy(p => LibTorch.Data(p.Handle)).Count()
            == parameters.Count(p => p.numel() > 0);

    public override double GradientNorm()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        try
        {
            line.Gather();
            sums.AsSpan().Clear();
            fixed (double* sum = sums) line.Run(new SquareSumKernel { Sums = sum });
        }
        finally
        {
            line.Release();
        }

        var total = 0.0;
        foreach (var sum in sums) total += sum;
        return Math.Sqrt(total);
    }

    public override void Step(double rate, double gradientScale)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        try
        {
            line.Gather();
            line.CountStep();
            if (options.Kind == OptimiserKind.Sgd) line.Run(Sgd(rate, gradientScale));
            else line.Run(Adam(rate, gradientScale));
            for (var i = 0; i < Parameters.Length; i++)
                if (line.HasGradient(i)) versions.Bump(i);
        }
        finally
        {
            line.Release();
        }

        DropGradients();
        GC.KeepAlive(this);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposed) return;
        disposed = true;
        if (state != null) Memory.GiveBack(state);
        state = null;
        if (disposing) versions.Dispose();
    }

    private SgdKernel Sgd(double rate, double gradientScale) => new()
    {
        Velocities = state,
        Rate = rate,
        Scale = gradientScale,
        Penalty = options.WeightDecay,
        Momentum = options.Momentum,
    };

    private AdamKernel Adam(double rate, double gradientScale)
    {
        var isDecoupled = options.Kind == OptimiserKind.AdamW;
        return new AdamKernel
        {
            Means = state,
            Squares = state + line.Length,
            Rate = rate,
            Scale = gradientScale,
            Penalty = isDecoupled ? 0 : options.WeightDecay,
            Kept = isDecoupled ? 1 - (rate * options.WeightDecay) : 1,
        };
    }
}
