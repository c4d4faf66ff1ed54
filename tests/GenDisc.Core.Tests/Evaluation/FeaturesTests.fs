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
          torchTest
              "of states that the head takes the last of are that state, at each sequence's own last step"
              (fun () ->
                  let lengths = SequenceLengths()
                  let stream = init 1L
                  let states = new Recurrent(RecurrentKind.Gru, 2, 4, false, stream, lengths)

                  let head =
                      ClassifierStage(new Chain(nets [ new LastState(0, lengths); new Affine(4, classes, stream) ]))
                      : Stage

                  use model =
                      new HybridModel([| TrunkStage(new Chain(nets [ states ])); head |], lengths)

                  let split = Split.All(sequencesOf 9)
                  let rows, _ = features model split
                  Expect.equal rows.shape [| 9L; 4L |] "one state each, not all steps"
                  use batch = sequenceBatch 9
                  lengths.Set(batch.Lengths, int64 steps)
                  use last = new LastState(0, lengths)
                  let expected = numbers (last.call (states.call batch.X))
                  Expect.isTrue (allClose 1e-6 expected (numbers rows)) "the last"

                  Expect.equal
                      (features model split |> fst |> numbers)
                      (numbers rows)
                      "and the model takes lengths anew")
          torchTest "are read where the head stands, before its own hidden layers" (fun () ->
              let stream = init 1L
              let first = trunk stream

              let head =
                  ClassifierStage(new Chain(nets [ new Affine(8, 5, stream); Pure.Relu(); new Affine(5, 3, stream) ]))

              let after = TrunkStage(new Chain(nets [ new Affine(8, 2, stream) ]))
              use model = new HybridModel([| first; head; after |])
              use bare = new HybridModel([| first |])
              let split = Split.All(pixels 12)
              let rows, _ = features model split
              use batch = batchOf 12
              use noise = generator 1L
              Expect.equal rows.shape [| 12L; 8L |] "the trunk's 8"
              Expect.equal (numbers rows) (numbers (bare.ForwardBatch(batch, noise).Representation)) "as they are")
          torchTest "a fresh generator changes nothing: evaluation goes on with the mean" (fun () ->
              use model = hybrid 1L
              model.train ()
              let split = Split.All(pixels 10)
              use other = generator 9L
              let struct (rows, _) = Features.Of(model, split, other, torch.CPU)
              Expect.equal (numbers rows) (numbers (fst (features model split))) "no draw") ]
