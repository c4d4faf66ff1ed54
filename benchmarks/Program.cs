using GenDisc.Core.Runtime;
using TorchSharp;

TorchRuntime.Init();
using var t = torch.ones(3);
Console.WriteLine($"{t.sum().ToSingle()} {MachineInfo.Read("cpu")}");
