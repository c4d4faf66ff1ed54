/// What a run's figures may depend on besides its declaration.
module internal GenDisc.Running.RunEnvironment

open GenDisc
open GenDisc.Core.Runtime

/// Versions, machine and settings, by name.
let of' (options: HostOptions) (training: Training) =
    let machine = MachineInfo.Read options.Device

    [ "gendisc", Json.text Version.text
      "torchSharp", Json.text machine.TorchSharp
      "libtorch", Json.text machine.LibTorch
      "dotnet", Json.text machine.DotNet
      "os", Json.text machine.Os
      "cpu", Json.text machine.Cpu
      "threads", Json.integer machine.Threads
      "device", Json.text machine.Device
      "kernels",
      Json.text (
          if not training.Kernels then "off"
          elif machine.Device <> "cpu" then "none for this device"
          elif GenDisc.Core.Kernels.Simd.Available then "on"
          else "none for this processor"
      ) ]
