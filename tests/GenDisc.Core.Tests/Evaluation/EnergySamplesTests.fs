module GenDisc.Core.Tests.Evaluation.EnergySamplesTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Evaluation
open GenDisc.Core.Models
open GenDisc.Core.Training.Energy
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Samples
open GenDisc.Core.Tests.Training.Energy.Energies

let private sampled seed =
    use _scope = torch.NewDisposeScope()
    use model = energetic 1L
    use sampler = sampler model brief seed
    sampler.Sample 20 |> ignore
    let held = numbers (sampler.Buffer.First 64)
    let drawn = EnergySamples.Draw(sampler, 5, 10)
    Expect.equal (numbers (sampler.Buffer.First 64)) held "the buffer stays"
    drawn

let tests =
    testList
        "EnergySamples"
        [ torchTest "samples come in the shape of the data and repeat" (fun () ->
              let first = sampled 1L
              Expect.equal (Array.map Array.length first) (Array.create 5 features) "shape"
              Expect.all (Array.concat first) (fun p -> p >= 0f && p <= 1f) "in [0, 1]"
              Expect.equal (sampled 1L) first "equal streams"
              Expect.notEqual (sampled 2L) first "another stream")
          torchTest "they are the longest chains, moved on" (fun () ->
              use model = energetic 1L
              use sampler = sampler model brief 1L
              sampler.Sample 3 |> ignore
              let held = numbers (sampler.Buffer.Longest 3)

              let drawn = EnergySamples.Draw(sampler, 3, 0) |> Array.concat |> Array.map float

              Expect.equal drawn held "no step"
              Expect.equal (EnergySamples.Draw(sampler, 1000, 0)).Length 64 "no more than there are")
          torchTest "samples of a class are taken for it" (fun () ->
              use model = energetic 1L

              use sampler =
                  sampler model (SgldOptions(StepSize = 0.5, Noise = 0.01, BufferSize = 8)) 1L

              for label in 0 .. classes - 1 do
                  let rows = EnergySamples.DrawOf(sampler, label, 6, 60)
                  let x = torch.tensor(Array.concat rows).reshape(6L, int64 features)
                  let logits = numbers (model.EnergyLogits x) |> Array.chunkBySize classes

                  let start =
                      numbers (model.EnergyLogits(torch.full ([| 1L; int64 features |], (0.5).ToScalar())))

                  Expect.all logits (fun row -> row[label] > start[label]) $"logit {label} rises"

              for label in [ -1; classes ] do
                  Expect.throwsT<ArgumentOutOfRangeException>
                      (fun () -> EnergySamples.DrawOf(sampler, label, 6, 1) |> ignore)
                      "no such class")
          torchTest "energies of a split and of rows agree with the logits" (fun () ->
              use model = energetic 1L
              let data = pixels 300
              let ofSplit = EnergySamples.Energies(model, Split(data, rowsOf 10 299), torch.CPU)
              Expect.hasLength ofSplit 290 "more than one batch"
              use batch = Batches.Gather(data, ReadOnlySpan [| 10..299 |], torch.CPU)
              let expected = numbers (HybridModel.EnergyOf(model.EnergyLogits batch.X))
              Expect.isTrue (allClose 1e-6 expected ofSplit) "of a split"
              let rows = batch.X.data<float32>().ToArray() |> Array.chunkBySize features
              let ofRows = EnergySamples.Energies(model, rows, [ features ], torch.CPU)
              Expect.isTrue (allClose 1e-6 expected ofRows) "of rows"
              Expect.isEmpty (EnergySamples.Energies(model, [||], [ features ], torch.CPU)) "of none")
          test "histograms set beside each other share their edges" {
              let all =
                  Histogram.Together([| [| 0.0; 1.0; nan |]; [| 4.0; 3.5; 4.0 |]; [||] |], 4)

              Expect.all all (fun h -> h.Edges = [| 0.0; 1.0; 2.0; 3.0; 4.0 |]) "edges"

              Expect.equal
                  (all |> Array.map _.Counts)
                  [| [| 1L; 1L; 0L; 0L |]; [| 0L; 0L; 0L; 3L |]; [| 0L; 0L; 0L; 0L |] |]
                  "counts"
          } ]
