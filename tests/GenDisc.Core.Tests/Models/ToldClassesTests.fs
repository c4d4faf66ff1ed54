module GenDisc.Core.Tests.Models.ToldClassesTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Evaluation
open GenDisc.Core.Models
open GenDisc.Core.Modules
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Samples

let private forward (model: HybridModel) batch seed =
    use noise = generator seed
    model.ForwardBatch(batch, noise)

let private some (t: torch.Tensor | null) = numbers (Unchecked.nonNull t)
let private rows (t: torch.Tensor | null) = (Unchecked.nonNull t).shape[0]

let private generate (model: HybridModel) labels seed =
    use draws = generator seed
    model.Generate(labels, draws)

/// The first n examples, of which the first `known` of each class have a label.
let private partly n known =
    let hidden =
        Splits(Split.All(pixels n), Split.All(pixels n), Split.All(pixels n)).Hiding(known, RandomStream(1L, "take"))

    hidden.Train.Data

let tests =
    testList
        "Models that are told classes"
        [ torchTest "a pass leaves the parts that the terms of the bound need" (fun () ->
              use batch = batchOf 6
              use cvae = conditional 1L
              let output = forward cvae batch 1L
              Expect.equal (Unchecked.nonNull output.Decoded).shape [| 6L; int64 features |] "decoded"
              Expect.equal (Unchecked.nonNull output.Posterior).shape [| 6L; 2L * int64 latent |] "posterior"
              Expect.isNull output.Logits "no head"
              use m2 = semi 1L
              let output = forward m2 batch 1L
              Expect.equal (Unchecked.nonNull output.Logits).shape [| 6L; int64 classes |] "logits"
              Expect.equal (rows output.ReconstructionNats, rows output.KlNats) (6L, 6L) "bounds"
              Expect.isTrue (m2.IsClassifier && not cvae.IsClassifier) "who classifies")
          torchTest "the class changes what is read and what is written" (fun () ->
              use cvae = conditional 1L
              use batch = batchOf 3
              let told (y: int64) = torch.tensor (Array.create 3 y)
              let reconstructed y = numbers (cvae.Reconstruct(batch.X, told y))
              Expect.notEqual (reconstructed 0L) (reconstructed 1L) "reconstructions")
          torchTest "a conditional bottleneck leaves examples aside whose class it is not told" (fun () ->
              use cvae = conditional 1L
              let data = partly 12 6
              use batch = Batches.Gather(data, ReadOnlySpan [| 0..11 |], torch.CPU)
              let output = forward cvae batch 1L
              Expect.equal (rows output.Decoded, rows output.Original) (6L, 6L) "those that it is told"

              let original =
                  batch.X.index_select (0L, Unchecked.nonNull batch.KnownRows) |> numbers

              Expect.equal (some output.Original) original "which"
              let hidden = data.Labels.ToArray() |> Array.findIndex ((=) Dataset.Hidden)
              use none = Batches.Gather(data, ReadOnlySpan [| hidden |], torch.CPU)
              Expect.isNull (forward cvae none 1L).Decoded "nothing to decode")
          torchTest "model M2 bounds every example, with its class or over all of them" (fun () ->
              use m2 = semi 1L
              use batch = Batches.Gather(partly 12 6, ReadOnlySpan [| 0..11 |], torch.CPU)
              let output = forward m2 batch 1L
              Expect.equal (rows output.ReconstructionNats, rows output.Logits) (12L, 12L) "all of them"
              // known ones pay log 3 for their class, others less the entropy of what is believed
              let kl = some output.KlNats
              Expect.isTrue (Array.take 6 kl |> Array.forall (fun v -> v >= log 3.0)) "known"
              Expect.isTrue (Array.skip 6 kl |> Array.forall (fun v -> v >= 0.0)) "hidden")
          torchTest "examples of a class have the shape of the data and follow from the draws" (fun () ->
              for model in [ conditional 1L; semi 1L ] do
                  use model = model
                  Expect.isTrue model.GeneratesClasses "it can"
                  let drawn = generate model [| 0L; 2L; 1L; 1L |] 5L
                  Expect.equal drawn.shape [| 4L; int64 features |] "shape"
                  Expect.isFalse drawn.requires_grad "no graph"
                  Expect.isTrue (numbers drawn |> Array.forall (fun p -> p > 0.0 && p < 1.0)) "means of pixels"
                  Expect.equal (numbers drawn) (numbers (generate model [| 0L; 2L; 1L; 1L |] 5L)) "the same draws"
                  Expect.notEqual (numbers drawn) (numbers (generate model [| 0L; 2L; 1L; 1L |] 6L)) "others"
                  Expect.notEqual (numbers drawn) (numbers (generate model [| 1L; 2L; 1L; 1L |] 5L)) "another class"

                  Expect.equal
                      (Pictures.ClassSamples(model, [| 0L; 1L |], generator 5L) |> Array.map Array.length)
                      [| features; features |]
                      "pictures")
          torchTest "models that cannot say so" (fun () ->
              let stream = init 1L
              use hybrid = hybrid 1L

              use after =
                  new HybridModel([| trunk stream; M2Stage(new M2(m2Options 8, [| 8L |], new GaussianLikelihood(), stream)) |])

              for model in [ hybrid; after ] do
                  Expect.isFalse model.GeneratesClasses "it cannot"
                  Expect.throwsT<InvalidOperationException> (fun () -> generate model [| 0L |] 1L |> ignore) "it says so"

              use cvae = conditional 1L
              use noise = generator 1L

              Expect.throwsT<InvalidOperationException>
                  (fun () -> cvae.Forward(torch.zeros (2L, int64 features), noise) |> ignore)
                  "without a class")
          torchTest "a frozen encoder draws its representation in training, and leaves the mean in evaluation" (fun () ->
              let stream = init 1L
              let source = new HybridModel([| trunk stream; BottleneckStage(bottleneck true 8 stream) |])
              use draws = generator 4L
              use encoder = new PretrainedEncoder(source, true, null, null, null, draws)
              use batch = batchOf 4
              encoder.eval ()
              let mean = numbers (encoder.call batch.X)
              Expect.equal mean (numbers (source.Encode batch.X)) "the mean"
              encoder.train ()
              let a, b = numbers (encoder.call batch.X), numbers (encoder.call batch.X)
              Expect.isTrue (a <> mean && a <> b) "draws") ]
