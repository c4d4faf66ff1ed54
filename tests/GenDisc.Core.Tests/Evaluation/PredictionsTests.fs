module GenDisc.Core.Tests.Evaluation.PredictionsTests

open System
open System.Collections.Immutable
open Expecto
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Evaluation
open GenDisc.Core.Models
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Modules.Building

let private collect (batches: (float32 array * float32 array) list) =
    let predictions = Predictions()

    for truth, predicted in batches do
        let data =
            Dataset.OfTargets("d", [ 1 ], memory (Array.zeroCreate truth.Length), 1, memory truth)

        use batch =
            Batches.Gather(data, ReadOnlySpan [| 0 .. truth.Length - 1 |], torch.CPU)

        let prediction = torch.tensor(predicted).reshape(int64 predicted.Length, 1)
        predictions.Add(ModelOutput(Representation = prediction, Prediction = prediction), batch)
        // The caller's tensors are still its own.
        Expect.equal (prediction.numel ()) predicted.LongLength "alive"
        Expect.equal (batch.Targets |> Unchecked.nonNull |> _.numel()) truth.LongLength "alive"

    predictions

let tests =
    testList
        "Predictions"
        [ torchTest "gives root mean square, mean absolute error and R²" (fun () ->
              // Errors 1, −1, 2, 0 around a mean of 3: squares 6, spread 9 + 1 + 1 + 9 … of (1, 2, 4, 5).
              let predictions = collect [ [| 1f; 2f |], [| 2f; 1f |]; [| 4f; 5f |], [| 6f; 5f |] ]
              Expect.equal (List.ofSeq predictions.Truth) [ 1f; 2f; 4f; 5f ] "truth in order"
              Expect.equal (List.ofSeq predictions.Predicted) [ 2f; 1f; 6f; 5f ] "predictions in order"
              let figures = predictions.Figures()
              Expect.isTrue (close 1e-12 (sqrt 1.5) figures["rmse"]) "rmse"
              Expect.isTrue (close 1e-12 1.0 figures["mae"]) "mae"
              Expect.isTrue (close 1e-12 0.4 figures["r2"]) "1 − 6/10")
          torchTest "perfect predictions have R² 1, the mean has 0" (fun () ->
              Expect.equal (collect([ [| 1f; 3f |], [| 1f; 3f |] ]).Figures()["r2"]) 1.0 "perfect"
              Expect.equal (collect([ [| 1f; 3f |], [| 2f; 2f |] ]).Figures()["r2"]) 0.0 "mean")
          torchTest "targets that never vary have no R²" (fun () ->
              Expect.isTrue (Double.IsNaN(collect([ [| 2f; 2f |], [| 1f; 3f |] ]).Figures()["r2"])) "undefined")
          torchTest "scaled targets are told in their own units" (fun () ->
              // Two numbers a target, scaled by (y − 100)/10 and (y + 1)/2.
              let scaling =
                  Scaling([ 100.0; -1.0 ].ToImmutableArray(), [ 10.0; 2.0 ].ToImmutableArray())

              let predictions = Predictions(scaling, 2)
              let targets = [| 0f; 1f; 2f; -1f |]

              let data =
                  Dataset.OfTargets("d", [ 1 ], memory [| 0f; 0f |], 2, memory targets, scaling)

              use batch = Batches.Gather(data, ReadOnlySpan [| 0; 1 |], torch.CPU)
              let prediction = torch.tensor([| 1f; 1f; 2f; 0f |]).reshape(2L, 2L)
              predictions.Add(ModelOutput(Representation = prediction, Prediction = prediction), batch)
              Expect.equal predictions.TruthRows [| [| 100.0; 1.0 |]; [| 120.0; -3.0 |] |] "truth"
              Expect.equal predictions.PredictedRows [| [| 110.0; 1.0 |]; [| 120.0; -1.0 |] |] "predictions"
              Expect.equal (List.ofSeq predictions.Predicted) [ 110f; 1f; 120f; -1f ] "flattened"
              let figures = predictions.Figures()
              // Errors 10, 0, 0 and 2; spreads of 200 and 8 around the means of their own.
              Expect.isTrue (close 1e-12 26.0 figures["mse"]) "mse"
              Expect.isTrue (close 1e-12 3.0 figures["mae"]) "mae"
              Expect.isTrue (close 1e-12 0.5 figures["r2"]) "1 − 104/208")
          torchTest "a scaling of other columns is refused" (fun () ->
              let scaling = Scaling([ 0.0 ].ToImmutableArray(), [ 1.0 ].ToImmutableArray())
              Expect.throwsT<ArgumentException> (fun () -> Predictions(scaling, 2) |> ignore) "one for two")
          torchTest "nothing seen gives no figures" (fun () -> Expect.isEmpty (Predictions().Figures()) "none") ]
