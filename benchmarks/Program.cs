using GenDisc.Benchmarks;
using GenDisc.Core.Runtime;

const string usage =
    """
    usage: benchmarks epochs [ROUNDS] [--models mlp,cnn,vae,hybrid,unet]
               one epoch of GenDisc, of a plain TorchSharp loop and of the bare matrix products in turn, ROUNDS times (5)
           benchmarks epochs --memory EPOCHS [--models mlp,cnn,vae,hybrid,unet]
               resident memory of GenDisc alone after epoch 2 and after the last
           benchmarks profile [--models mlp,cnn,vae,hybrid,unet]
               where the time of GenDisc's training step goes
           benchmarks startup [ROUNDS] [GENDISC.DLL ...]
               seconds from the start of the gendisc tool (or of each DLL in turn) to its first training step, ROUNDS times (5)
           benchmarks kernels [FILTER]
               every hand-written kernel, or those whose name contains FILTER, against tensor operations
    epochs takes --threads N (libtorch's own choice: one a core) and reads MNIST where GENDISC_DATA names a folder that holds it, else the built-in digits.
    The same epochs in PyTorch: python3 benchmarks/peer.py
    """;

try
{
    switch (args)
    {
        case ["epochs", .. var rest]: return EpochsCommand.Run(rest);
        case ["profile", .. var rest]: return ProfileCommand.Run(rest);
        case ["startup", .. var rest]: return StartupCommand.Run(rest);
        case ["kernels", .. var rest]: return KernelsCommand.Run(rest);
        case ["--help" or "-h" or "help"]:
            Console.WriteLine(usage);
            return 0;
        case []:
            Console.Error.WriteLine(usage);
            return 2;
        default: throw new WrongUsage($"unknown command '{args[0]}'");
    }
}
catch (WrongUsage e)
{
    Console.Error.WriteLine($"{e.Message} (benchmarks --help)");
    return 2;
}
catch (UserError e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
