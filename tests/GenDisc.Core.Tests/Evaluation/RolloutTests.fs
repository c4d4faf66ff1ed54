module GenDisc.Core.Tests.Evaluation.RolloutTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Evaluation
open GenDisc.Core.Runtime

let private histories (rows: float32[][][]) =
    TorchRuntime.Init()
    let history = rows[0].Length
    let columns = (Array.head rows[0]).Length
    let flat = torch.tensor (rows |> Array.concat |> Array.concat)
    flat.reshape (int64 rows.Length, int64 history, int64 columns)

/// `[n, history, 1]` to the sum of the last two steps.
let private fibonacci (x: torch.Tensor) =
    x.narrow(1, x.shape[1] - 2L, 2L).sum(1L)

let tests =
    testList
        "Rollout"
        [ testCase "Fibonacci's numbers, from several beginnings at once" (fun () ->
              use scope = torch.NewDisposeScope()
              let start = histories [| [| [| 1f |]; [| 1f |] |]; [| [| 2f |]; [| 1f |] |] |]
              let found = Rollout.Run(fibonacci, start, 6)
              Expect.equal found[0] [| 2f; 3f; 5f; 8f; 13f; 21f |] "fed back"
              Expect.equal found[1] [| 3f; 4f; 7f; 11f; 18f; 29f |] "Lucas"

              Expect.equal
                  (start.data<float32>().ToArray())
                  [| 1f; 1f; 2f; 1f |]
                  "the caller's histories stay as they are")
          testCase "takes the first step of each prediction, column by column" (fun () ->
              use scope = torch.NewDisposeScope()
              // The first column grows by the second, which stays; a second predicted step is nonsense.
              let next (x: torch.Tensor) =
                  let last = x.select (1, x.shape[1] - 1L)
                  let a, b = last.narrow (1, 0, 1), last.narrow (1, 1, 1)
                  torch.cat (ResizeArray [ a + b; b; torch.full_like (a, 99); torch.full_like (a, 99) ], 1)

              let start = histories [| [| [| 7f; 7f |]; [| 0f; 2f |] |] |]
              Expect.equal (Rollout.Run(next, start, 3)[0]) [| 2f; 2f; 4f; 2f; 6f; 2f |] "three steps")
          testCase "no steps, no forecast; too small a prediction is refused" (fun () ->
              use scope = torch.NewDisposeScope()
              let start = histories [| [| [| 1f; 2f |] |] |]
              Expect.isEmpty (Rollout.Run(id, start, 0)[0]) "none"

              Expect.throwsT<ArgumentException>
                  (fun () -> Rollout.Run((fun x -> x.select(1, 0).narrow(1, 0, 1)), start, 1) |> ignore)
                  "one number of two") ]
