module GenDisc.Core.Tests.Runtime.MachineInfoTests

open Expecto
open TorchSharp
open GenDisc.Core.Runtime

let tests =
    testList
        "MachineInfo"
        [ test "says what ran where" {
              let machine = MachineInfo.Read "cpu"
              Expect.stringStarts machine.LibTorch "2." "libtorch"
              Expect.stringContains machine.Cpu "logical cores" "cpu"
              Expect.equal (machine.Threads, machine.Device) (torch.get_num_threads (), "cpu") "threads and device"
          } ]
