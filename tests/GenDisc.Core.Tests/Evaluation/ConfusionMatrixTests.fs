module GenDisc.Core.Tests.Evaluation.ConfusionMatrixTests

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

let private batchOf (labels: int array) =
    let data =
        Dataset.OfValues("d", [ 1 ], memory (Array.zeroCreate labels.Length), memory labels, [ "a"; "b"; "c" ])

    Batches.Gather(data, ReadOnlySpan [| 0 .. labels.Length - 1 |], torch.CPU)

/// Logits whose largest is the given class.
let private outputOf (predicted: int array) =
    let logits =
        predicted
        |> Array.collect (fun c -> Array.init 3 (fun i -> if i = c then 2.0 else -1.0))

    ModelOutput(Representation = torch.zeros 1L, Logits = tensorOf [ predicted.Length; 3 ] logits)

let tests =
    testList
        "ConfusionMatrix"
        [ torchTest "counts by true class and predicted class over batches" (fun () ->
              let matrix = ConfusionMatrix 3
              use first = batchOf [| 0; 0; 1; 2; 2 |]
              matrix.Add(outputOf [| 0; 1; 1; 2; 0 |], first)
              use second = batchOf [| 2; 0 |]
              matrix.Add(outputOf [| 0; 0 |], second)
              Expect.equal (matrix.Rows()) [| [| 2L; 1L; 0L |]; [| 0L; 1L; 0L |]; [| 2L; 0L; 1L |] |] "rows are true"
              Expect.equal (matrix[2, 0], matrix[0, 2], matrix.Classes) (2L, 0L, 3) "by cell")
          torchTest "agrees with the learner's accuracy" (fun () ->
              use model = hybrid 1L

              use learner =
                  new GradientLearner(
                      model,
                      [| WeightedTerm(CrossEntropyTerm(), (fun _ -> 1.0), 1.0) |],
                      OptimiserOptions(OptimiserKind.Adam, 0.1),
                      Nullable(),
                      generator 1L
                  )

              let matrix = ConfusionMatrix 3
              let test = (splitsOf 160).Test
              let means = Trainer.Evaluate(learner, test, generator 1L, torch.CPU, matrix)
              let rows = matrix.Rows()
              let right = Array.init 3 (fun i -> rows[i][i]) |> Array.sum
              Expect.equal (Array.sumBy Array.sum rows) (int64 test.Count) "every example"
              Expect.isTrue (close 1e-12 (float right / float test.Count) means["accuracy"]) "accuracy")
          torchTest "a model without a classifier adds nothing" (fun () ->
              let matrix = ConfusionMatrix 3
              use batch = batchOf [| 0; 1 |]
              matrix.Add(ModelOutput(Representation = torch.zeros 1L), batch)
              Expect.all (Array.concat (matrix.Rows())) ((=) 0L) "empty") ]
