module GenDisc.Core.Tests.Evaluation.RolloutTests

open System
open Expecto
open GenDisc.Core.Evaluation

let tests =
    testList
        "Rollout"
        [ testCase "Fibonacci's numbers from two of them" (fun () ->
              let next (history: float32 array) = [| history[0] + history[1] |]
              Expect.equal (Rollout.Run(next, [| 1f; 1f |], 1, 6)) [| 2f; 3f; 5f; 8f; 13f; 21f |] "fed back")
          testCase "takes the first step of each prediction, column by column" (fun () ->
              // Two columns, a history of two steps: the first grows by the last of the second, which stays.
              let next (h: float32 array) = [| h[2] + h[3]; h[3]; 99f; 99f |]

              Expect.equal
                  (Rollout.Run(next, [| 7f; 7f; 0f; 2f |], 2, 3))
                  [| 2f; 2f; 4f; 2f; 6f; 2f |]
                  "the second step of a prediction is not used")
          testCase "the caller's history stays as it is and no step can spoil another" (fun () ->
              let history = [| 1f; 2f |]
              let kept = ResizeArray()

              let next (h: float32 array) =
                  let found = [| h[1] + 1f |]
                  kept.Add(Array.copy h)
                  Array.fill h 0 h.Length 0f
                  found

              Expect.equal (Rollout.Run(next, history, 1, 3)) [| 3f; 4f; 5f |] "forecast"
              Expect.equal history [| 1f; 2f |] "history"
              Expect.equal (List.ofSeq kept) [ [| 1f; 2f |]; [| 2f; 3f |]; [| 3f; 4f |] ] "windows")
          testCase "no steps, no forecast; broken histories and predictions are refused" (fun () ->
              let refused columns history prediction =
                  Expect.throwsT<ArgumentException>
                      (fun () -> Rollout.Run((fun _ -> prediction), history, columns, 1) |> ignore)
                      "refused"

              Expect.isEmpty (Rollout.Run(id, [| 1f |], 1, 0)) "none"
              refused 2 [| 1f |] [| 1f; 2f |]
              refused 1 [||] [| 1f |]
              refused 2 [| 1f; 2f |] [| 1f |]) ]
