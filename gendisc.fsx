// Preamble of every experiment script: `#load "../gendisc.fsx"` is the script's first line.
// Under `gendisc run`, which defines GENDISC_HOST, it is empty. Under `dotnet fsi` and in editors it references the
// built libraries, which lie flat beside libtorch.
#if !GENDISC_HOST
#r "GenDisc.Cli/bin/Release/net10.0/TorchSharp.dll"
#r "GenDisc.Cli/bin/Release/net10.0/GenDisc.Core.dll"
#r "GenDisc.Cli/bin/Release/net10.0/GenDisc.Dsl.dll"
#endif
