module GenDisc.Core.Tests.Training.LossTermTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Models
open GenDisc.Core.Modules
open GenDisc.Core.Training
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Samples

let private names model =
    LossTerm.ApplicableTo model |> Seq.map _.Name |> List.ofSeq

let private regressor () =
    RegressorStage(new Chain(nets [ new Affine(features, 1, init 1L) ])): Stage

let tests =
    testList
        "LossTerm"
        [ torchTest "a model can be measured by the terms of its parts" (fun () ->
              use vae = hybrid 1L
              Expect.equal (names vae) [ "reconstruction"; "kl"; "crossEntropy" ] "hybrid"
              use plain = normalised 1L
              Expect.equal (names plain) [ "crossEntropy" ] "classifier"

              use point =
                  new HybridModel([| BottleneckStage(bottleneck false features (init 1L)) |])

              Expect.equal (names point) [ "reconstruction"; "sparsity" ] "autoencoder"
              use line = new HybridModel([| regressor () |])
              Expect.equal (names line) [ "mse" ] "regressor")
          torchTest "every term gives one number per example" (fun () ->
              use model = hybrid 1L
              use batch = batchOf 5
              use noise = generator 1L
              let output = model.Forward(batch.X, noise)

              for term in LossTerm.ApplicableTo model do
                  Expect.equal (term.PerExample(output, batch)).shape [| 5L |] term.Name)
          torchTest "sparsity is Σ |z|" (fun () ->
              use model =
                  new HybridModel([| BottleneckStage(bottleneck false features (init 1L)) |])

              use batch = batchOf 5
              use noise = generator 1L
              let output = model.Forward(batch.X, noise)

              let expected =
                  numbers (Unchecked.nonNull output.LatentMean)
                  |> Array.chunkBySize latent
                  |> Array.map (Array.sumBy abs)

              Expect.isTrue (Array.exists ((<) 0.1) expected) "something to measure"
              Expect.isTrue (allClose 1e-6 expected (numbers (SparsityTerm().PerExample(output, batch)))) "values")
          torchTest "a term without its part says which" (fun () ->
              use model = new HybridModel([| regressor () |])
              use batch = batchOf 2
              use noise = generator 1L
              let output = model.Forward(batch.X, noise)

              let terms: LossTerm list =
                  [ ReconstructionTerm()
                    KlTerm()
                    CrossEntropyTerm()
                    MseTerm()
                    SparsityTerm() ]

              for term in terms do
                  let e = Expect.throwsC (fun () -> term.PerExample(output, batch) |> ignore) id

                  Expect.stringContains e.Message term.Name "named") ]
