module GenDisc.Core.Tests.Evaluation.MistakesTests

open Expecto
open GenDisc.Core.Evaluation

let private rows =
    [| [| 0.9; 0.1 |]
       [| 0.2; 0.8 |]
       [| 0.3; 0.7 |]
       [| 0.05; 0.95 |]
       [| 0.8; 0.2 |] |]

let tests =
    testList
        "Mistakes"
        [ testCase "the most confident mistakes come first" (fun () ->
              let labels = [| 0; 0; 0; 0; 1 |]
              Expect.equal (Mistakes.Worst(rows, labels, 10)) [| 3; 1; 4; 2 |] "equally confident ones in order"
              Expect.equal (Mistakes.Worst(rows, labels, 2)) [| 3; 1 |] "at most two")
          testCase "no mistakes, none asked for" (fun () ->
              Expect.isEmpty (Mistakes.Worst(rows, [| 0; 1; 1; 1; 0 |], 5)) "all right"
              Expect.isEmpty (Mistakes.Worst(rows, [| 1; 0; 0; 0; 1 |], 0)) "none asked for"
              Expect.isEmpty (Mistakes.Worst([||], [||], 5)) "nothing") ]
