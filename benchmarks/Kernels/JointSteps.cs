using BenchmarkDotNet.Attributes;
using GenDisc.Core.Data;
using GenDisc.Core.Kernels.Random;
using GenDisc.Core.Models;
using GenDisc.Core.Models.Boltzmann;
using GenDisc.Core.Runtime;
using GenDisc.Core.Training;
using GenDisc.Core.Training.Boltzmann;
using static TorchSharp.torch;

namespace GenDisc.Benchmarks;

/// <summary>A step of `crossEntropy + 0.01 * pcd 1` of a machine with 784 visible and 500 hidden units and 10 classes.</summary>
public class JointSteps
{
    private readonly Batch batch = new(rand(100, 784).gt(0.8).to(float32), randint(0, 10, [100], dtype: int64), null);
    private readonly Tally tally = new();
    private readonly GradientLearner kernels = Learner(kernels: true);
    private readonly GradientLearner tensors = Learner(kernels: false);

    [Benchmark]
    public double Kernel() => kernels.Step(batch, new StepSettings(1, 1, 1), tally);

    [Benchmark(Baseline = true)]
    public double Twin() => tensors.Step(batch, new StepSettings(1, 1, 1), tally);

    private static GradientLearner Learner(bool kernels)
    {
        var machine = new Rbm(new RbmOptions(784, 500, Classes: 10, Kernels: kernels), new RandomStream(1, "weights"));
        machine.KeepChains(100, new RandomStream(1, "chains"));
        var phase = new NegativePhase(NegativePhaseKind.Persistent, 1, 100);
        var negative = new NegativePhaseTerm("pcd", phase, [machine], new CounterStream(1, "negative"));
        return new GradientLearner(
            new HybridModel([new MachineStage(machine)]),
            [new WeightedTerm(new CrossEntropyTerm(), _ => 1, 1), new WeightedTerm(negative, _ => 0.01, 0.01)],
            new OptimiserOptions(OptimiserKind.Sgd, 0.01),
            null,
            new Generator(1));
    }
}
