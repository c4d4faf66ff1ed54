using GenDisc.Core.Runtime;

namespace GenDisc.Benchmarks;

/// <summary>`profile`: the parts of a training step, one model after the other.</summary>
internal static class ProfileCommand
{
    public static int Run(IEnumerable<string> args)
    {
        var designs = Designs.All;
        var words = new Words(args);
        while (words.Next() is { } word)
        {
            if (word != "--models") throw new WrongUsage($"unknown option '{word}'");
            designs = [.. words.Value(word).Split(',').Select(EpochsCommand.Find)];
        }

        TorchRuntime.Init();
        var data = TrainingData.Load();
        Machine.Describe();
        Console.WriteLine($"{data.Name}, batch {TrainingData.BatchSize}, medians over an epoch; products: the matrix products alone\n");
        Console.WriteLine(StepProfile.Header);
        foreach (var design in designs) Console.WriteLine(StepProfile.Row(design, data));
        return 0;
    }
}
