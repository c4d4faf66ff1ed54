module GenDisc.Core.Tests.Kernels.Native.MemoryTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Kernels.Native
open GenDisc.Core.Tests.Kernels.Trials
open GenDisc.Core.Tests.Modules.Building

let private empty (shape: int list) =
    Memory.Empty(ReadOnlySpan(shape |> List.map int64 |> Array.ofList))

// Sequenced: the memory taken is that of the whole process.
let tests =
    testSequenced
    <| testList
        "Memory"
        [ sizedLaw "a tensor has its shape and holds what is written" [ 1, 9; 1, 70 ] (fun sizes stream ->
              let values = floats stream sizes
              let tensor = empty sizes
              tensor.copy_ values |> ignore

              tensor.shape = values.shape
              && numbers tensor = numbers values
              && tensor.is_contiguous ())
          torchTest "a freed block is handed out again" (fun () ->
              (empty [ 123; 457 ]).Dispose()
              let before = Memory.Taken

              for _ in 1..50 do
                  (empty [ 123; 457 ]).Dispose()

              Expect.equal Memory.Taken before "bytes taken from the system")
          torchTest "memory lives as long as a view of it" (fun () ->
              let whole = empty [ 64; 64 ]
              whole.fill_ ((3.0f).ToScalar()) |> ignore
              let part = whole.narrow (0, 3L, 1L)
              whole.Dispose()
              use other = empty [ 64; 64 ]
              other.zero_ () |> ignore
              Expect.all (numbers part) (fun v -> v = 3.0) "untouched") ]
