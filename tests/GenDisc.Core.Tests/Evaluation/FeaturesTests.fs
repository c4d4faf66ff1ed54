module GenDisc.Core.Tests.Evaluation.FeaturesTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Evaluation
open GenDisc.Core.Models
open GenDisc.Core.Modules
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Samples

let private features (model: HybridModel) split =
    use noise = generator 1L
    let struct (rows, labels) = Features.Of(model, split, noise, torch.CPU)
    rows, labels

let tests =
    testList
        "Features"
        [ torchTest "are what the head reads, with labels, over several batches" (fun () ->
              use model = hybrid 1L
              let split = Split(pixels 300, rowsOf 20 299)
              let rows, labels = features model split
              use noise = generator 1L
              let struct (means, _) = Pictures.Latents(model, split, noise, torch.CPU)
              Expect.equal (numbers rows) (numbers means) "the mean of q(z|x)"
              Expect.equal rows.shape [| 280L; int64 latent |] "shape"
              Expect.equal labels (split.Data.Labels.ToArray()[20..]) "labels in order")
          torchTest "of a head alone are the examples" (fun () ->
              let data =
                  Dataset.OfTargets("d", [ 2; 2 ], memory (Array.init 12 float32), 1, memory [| 1f; 2f; 3f |])

              let flat = Pure.Reshape [ 4L ]

              let head =
                  RegressorStage(new Chain(nets [ flat; new Affine(4, 1, init 1L) ])): Stage

              use model = new HybridModel([| head |])
              let rows, labels = features model (Split.All data)
              Expect.equal rows.shape [| 3L; 4L |] "flattened"
              Expect.equal (numbers rows) (Array.init 12 float) "as they are"
              Expect.isEmpty labels "no classes")
          torchTest "a fresh generator changes nothing: evaluation goes on with the mean" (fun () ->
              use model = hybrid 1L
              model.train ()
              let split = Split.All(pixels 10)
              use other = generator 9L
              let struct (rows, _) = Features.Of(model, split, other, torch.CPU)
              Expect.equal (numbers rows) (numbers (fst (features model split))) "no draw") ]
