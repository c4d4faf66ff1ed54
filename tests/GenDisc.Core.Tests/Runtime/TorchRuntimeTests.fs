module GenDisc.Core.Tests.Runtime.TorchRuntimeTests

open System.IO
open System.Threading.Tasks
open Expecto
open TorchSharp
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Data.Expecting

let tests =
    testList
        "TorchRuntime"
        [ test "Init may be called again, from any thread" {
              Parallel.For(0, 16, (fun _ -> TorchRuntime.Init())) |> ignore
              use one = torch.ones 1L
              Expect.equal (one.ToDouble()) 1.0 "torch works"
          }
          test "cpu is a device" { Expect.equal (TorchRuntime.Device "cpu").``type`` DeviceType.CPU "cpu" }
          test "unknown devices" {
              for name in [ "foo"; ""; "CUDA:"; "cudax"; "mps" ] do
                  userError [ $"'{name}'"; "cpu, cuda or cuda:N" ] (fun () -> TorchRuntime.Device name)
                  |> ignore
          }
          test "cuda without a CUDA build or device" {
              if torch.cuda.is_available () then
                  skiptest "this machine has a CUDA device"

              for name in [ "cuda"; "cuda:1" ] do
                  userError [ $"'{name}'"; "not available"; "LibTorch=cuda"; "cpu" ] (fun () ->
                      TorchRuntime.Device name)
                  |> ignore
          }
          test "threads must be positive" {
              for n in [ 0; -2 ] do
                  userError [ string n; "at least 1" ] (fun () -> TorchRuntime.UseThreads n)
                  |> ignore
          }
          test "no choice of threads leaves them as they are" {
              Expect.equal (TorchRuntime.UseThreads(System.Nullable())) (torch.get_num_threads ()) "in force"
          }
          test "missing natives are one clear message" {
              if not (System.OperatingSystem.IsLinux()) then
                  skiptest "only Linux needs the loader"

              inFolder (fun folder ->
                  userError [ "libtorch is missing"; "libLibTorchSharp.so"; folder; "dotnet build" ] (fun () ->
                      TorchRuntime.LoadOnLinux [ folder; Path.Combine(folder, "absent") ])
                  |> ignore)
          }
          test "natives that are no libraries are one clear message" {
              if not (System.OperatingSystem.IsLinux()) then
                  skiptest "only Linux needs the loader"

              inFolder (fun folder ->
                  let file = Path.Combine(folder, "libLibTorchSharp.so")
                  File.WriteAllText(file, "no library")

                  userError [ "cannot be loaded"; file; "glibc" ] (fun () -> TorchRuntime.LoadOnLinux [ folder ])
                  |> ignore)
          } ]
