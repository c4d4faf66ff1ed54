using GenDisc.Core.Runtime;

namespace GenDisc.Benchmarks;

/// <summary>`epochs`: every model in a process of its own, so that none inherits another's memory.</summary>
internal static class EpochsCommand
{
    private const string Name = "epochs";
    private const string RowsOnly = "--rows-only";
    private const int FewestRounds = 5;

    public static int Run(IEnumerable<string> args)
    {
        var (rounds, memory, threads, bare, designs) = (FewestRounds, (int?)null, (int?)null, false, Designs.All);
        var words = new Words(args);
        while (words.Next() is { } word)
        {
            switch (word)
            {
                case "--models": designs = [.. words.Value(word).Split(',').Select(Find)]; break;
                case "--memory": memory = words.Number(word, MemoryGrowth.FewestEpochs); break;
                case "--threads": threads = words.Number(word, 1); break;
                case RowsOnly: bare = true; break;
                default: rounds = Words.Number("ROUNDS", word, FewestRounds); break;
            }
        }

        threads = TorchRuntime.UseThreads(threads);
        var data = TrainingData.Load();
        if (!bare)
        {
            Machine.Describe();
            var task = memory is { } n
                ? $"GenDisc alone, {n} epochs"
                : $"one epoch, median of {rounds} rounds in turn after a warm-up\nfloor: the matrix products alone, operands in the fastest order of storage";
            Console.WriteLine($"{data.Name}: {data.Count} examples, batch {TrainingData.BatchSize}, {task}\n");
            Console.WriteLine(memory is null ? Comparison.Header : MemoryGrowth.Header);
        }

        if (designs is [var only])
        {
            Console.WriteLine(memory is { } n ? MemoryGrowth.Row(only, data, n) : Comparison.Row(only, data, rounds));
            return 0;
        }

        foreach (var design in designs)
        {
            string[] task = memory is { } n ? ["--memory", $"{n}"] : [$"{rounds}"];
            var code = Child.Run([Environment.GetCommandLineArgs()[0], Name, .. task, "--threads", $"{threads}", "--models", design.Name, RowsOnly]);
            if (code != 0) return code;
        }

        return 0;
    }

    internal static Design Find(string name) => Designs.All.FirstOrDefault(design => design.Name == name)
        ?? throw new WrongUsage($"unknown model '{name}': use {string.Join(", ", Designs.All.Select(design => design.Name))}");
}
