using GenDisc.Benchmarks;

if (args is ["epochs", ..])
{
    var rounds = args.Length > 1 && int.TryParse(args[1], out var n) && n > 0 ? n : 5;
    Epochs.Run(rounds);
    return 0;
}

Console.Error.WriteLine(
    """
    usage: benchmarks epochs [ROUNDS]   one epoch of GenDisc and of a plain TorchSharp loop in turn, ROUNDS times (5)
    The data are MNIST where GENDISC_DATA names a folder that holds it, else the built-in digits.
    """);
return 2;
