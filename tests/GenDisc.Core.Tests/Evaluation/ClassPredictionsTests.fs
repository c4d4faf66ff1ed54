module GenDisc.Core.Tests.Evaluation.ClassPredictionsTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Evaluation
open GenDisc.Core.Models
open GenDisc.Core.Training
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Samples

let private collected (rows: float list list) (labels: int array) =
    let data =
        Dataset.OfValues("d", [ 1 ], memory (Array.zeroCreate labels.Length), memory labels, [ "a"; "b"; "c" ])

    use batch =
        Batches.Gather(data, ReadOnlySpan [| 0 .. labels.Length - 1 |], torch.CPU)

    let logits = tensorOf [ rows.Length; 3 ] (rows |> List.concat |> Array.ofList)
    let seen = ClassPredictions()
    seen.Add(ModelOutput(Representation = logits, Logits = logits), batch)
    seen

let tests =
    testList
        "ClassPredictions"
        [ torchTest "keeps logits and labels row by row over batches" (fun () ->
              use model = hybrid 1L

              use learner =
                  new GradientLearner(
                      model,
                      [| WeightedTerm(CrossEntropyTerm(), (fun _ -> 1.0), 1.0) |],
                      OptimiserOptions(OptimiserKind.Adam, 0.1),
                      Nullable(),
                      generator 1L
                  )

              let seen = ClassPredictions()
              let test = Split(pixels 200, rowsOf 10 199)
              let means = Trainer.Evaluate(learner, test, generator 1L, torch.CPU, seen)
              Expect.equal seen.Labels (test.Data.Labels.ToArray()[10..]) "labels in order"
              Expect.equal (seen.Classes, seen.Logits.Length, seen.Logits[0].Length) (3, 190, 3) "shape"
              let scores = ClassificationScores.Of(seen.Probabilities(), seen.Labels)
              Expect.isTrue (close 1e-12 means["accuracy"] scores.Accuracy) "the learner's accuracy"
              Expect.isTrue (close 1e-5 means["crossEntropy"] scores.LogLoss) "the learner's loss")
          torchTest "probabilities are the softmax at a temperature, however large the logits" (fun () ->
              let seen = collected [ [ 0.0; log 2.0; log 5.0 ]; [ 1e4; 1e4; -1e4 ] ] [| 0; 1 |]
              let plain = seen.Probabilities()
              Expect.isTrue (allClose 1e-7 [| 0.125; 0.25; 0.625 |] plain[0]) "softmax"
              Expect.equal plain[1] [| 0.5; 0.5; 0.0 |] "no overflow"
              let cool = seen.Probabilities 0.5
              Expect.isTrue (allClose 1e-7 [| 1.0 / 30.0; 4.0 / 30.0; 25.0 / 30.0 |] cool[0]) "squares"

              Expect.throwsT<ArgumentOutOfRangeException>
                  (fun () -> seen.Probabilities 0.0 |> ignore)
                  "temperatures are positive")
          torchTest "a model without a classifier adds nothing" (fun () ->
              let seen = ClassPredictions()
              use batch = batchOf 3
              seen.Add(ModelOutput(Representation = torch.zeros 1L), batch)
              Expect.equal (seen.Labels.Length, seen.Logits.Length, seen.Classes) (0, 0, 0) "empty") ]
