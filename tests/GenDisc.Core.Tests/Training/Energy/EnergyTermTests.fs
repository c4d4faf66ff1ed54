module GenDisc.Core.Tests.Training.Energy.EnergyTermTests

open System
open Expecto
open FsCheck.FSharp
open TorchSharp
open GenDisc.Core.Models
open GenDisc.Core.Modules
open GenDisc.Core.Training
open GenDisc.Core.Training.Energy
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Samples
open GenDisc.Core.Tests.Training.Fitting
open GenDisc.Core.Tests.Training.Energy.Energies

let private logSumExp (row: float array) =
    let top = Array.max row
    top + log (row |> Array.sumBy (fun v -> exp (v - top)))

/// Loss, value of the energy term and the parameters after one step of plain descent at rate 1.
let private step kernels alpha seed n =
    use _scope = torch.NewDisposeScope()
    use model = energetic seed
    use sampler = sampler model brief seed
    let term = EnergyTerm(sampler, Regularisation = alpha)

    use learner =
        gradientLearner model term (OptimiserOptions(OptimiserKind.Sgd, 1.0)) kernels

    use batch = batchOf n
    let tally = Tally()
    let loss = learner.Step(batch, StepSettings(1, 1, 1.0), tally)

    loss,
    tally.Means()["energy"],
    (term.DataEnergy, term.SampleEnergy),
    [| for p in model.parameters () do
           yield! numbers p |]

/// Evaluates and gives the figures.
let private figures (learner: ILearner) batch =
    use noise = generator 3L
    let tally = Tally()
    learner.Evaluate(batch, noise, tally)

    [ for KeyValue(k, v) in tally.Means() do
          k, v ]

let tests =
    testList
        "EnergyTerm"
        [ torchTest "an energy is −log Σ exp of logits, and its own at any size" (fun () ->
              let logits =
                  array2D [ [ 1.0; -2.0; 0.5 ]; [ 1000.0; 1000.0; -5.0 ]; [ 0.0; 0.0; 0.0 ] ]

              let energies = numbers (HybridModel.EnergyOf(torch.tensor logits))
              let expected = [| -logSumExp [| 1.0; -2.0; 0.5 |]; -1000.0 - log 2.0; -log 3.0 |]
              Expect.isTrue (allClose 1e-12 expected energies) "nats")
          testProperty
              "kernels and tensor operations take the same step, regularised or not"
              (Prop.forAll (Arb.fromGen (Gen.zip (Gen.choose (1, 1000)) (Gen.choose (1, 20)))) (fun (seed, n) ->
                  [ 0.0; 0.3 ]
                  |> List.forall (fun alpha ->
                      let loss, value, _, parameters = step true alpha (int64 seed) n
                      let loss', value', _, parameters' = step false alpha (int64 seed) n

                      close 1e-5 loss loss'
                      && close 1e-5 value value'
                      && allClose 1e-4 parameters parameters')))
          torchTest "its value is the difference of energies, and of squares with α" (fun () ->
              let _, value, (data, samples), _ = step true 0.0 1L 9
              Expect.isTrue (close 1e-12 (data - samples) value) "difference"
              use model = energetic 1L
              use batch = batchOf 9
              use twin = sampler model brief 1L

              let of' (x: torch.Tensor) =
                  numbers (model.EnergyLogits x)
                  |> Array.chunkBySize classes
                  |> Array.map (logSumExp >> (~-))

              let x, y = of' batch.X, of' (twin.Sample 9)
              Expect.isTrue (close 1e-5 (Array.average x) data) "E of data"
              Expect.isTrue (close 1e-5 (Array.average y) samples) "E of samples"
              let squares = Array.averageBy (fun v -> v * v)
              let _, value, _, _ = step true 0.3 1L 9
              Expect.isTrue (close 1e-5 (data - samples + 0.3 * (squares x + squares y)) value) "with α = 0.3")
          torchTest "descent lowers the energy of data against that of these samples" (fun () ->
              use model = energetic 1L
              use sampler = sampler model brief 1L
              let term = EnergyTerm sampler

              use learner =
                  new GradientLearner(
                      model,
                      [| WeightedTerm(term, (fun _ -> 1.0), 1.0) |],
                      OptimiserOptions(OptimiserKind.Sgd, 0.01),
                      Nullable(),
                      generator 1L
                  )

              use batch = batchOf 16
              use twin = Energies.sampler model brief 1L
              let samples = twin.Sample 16

              let gap () =
                  let mean x =
                      numbers (HybridModel.EnergyOf(model.EnergyLogits x)) |> Array.average

                  mean batch.X - mean samples

              let before = gap ()
              learner.Step(batch, StepSettings(1, 1, 1.0), Tally()) |> ignore
              Expect.isLessThan (gap ()) before "lower")
          torchTest "evaluation moves no chain, repeats, and knows no α" (fun () ->
              use model = energetic 1L
              use sampler = sampler model brief 1L
              let term = EnergyTerm sampler
              use learner = gradientLearner model term (adam 0.01) true
              use batch = batchOf 7
              learner.Step(batch, StepSettings(1, 1, 1.0), Tally()) |> ignore
              let chains = numbers (sampler.Buffer.First 64)
              Expect.equal (chains.Length / features) 7 "those that have moved"
              let first = figures learner batch
              Expect.equal (List.map fst first) [ "accuracy"; "crossEntropy"; "energy"; "loss" ] "which figures"
              term.Regularisation <- 5.0
              Expect.equal (figures learner batch) first "same figures"
              Expect.equal (numbers (sampler.Buffer.First 64)) chains "same chains"
              Expect.equal term.Draws 1L "drawn for the step alone"

              let mean (x: torch.Tensor) =
                  numbers (HybridModel.EnergyOf(model.EnergyLogits x)) |> Array.average

              let expected = mean batch.X - mean (sampler.Buffer.First 64)
              Expect.isTrue (close 1e-5 expected (snd first[2])) "against the chains as they stand"
              use twin = Energies.gradientLearner model term (adam 0.01) false
              let values f = f |> List.map snd |> Array.ofList
              Expect.isTrue (allClose 1e-5 (values first) (values (figures twin batch))) "by tensor operations too")
          torchTest "a term of weight 0 samples nothing in training" (fun () ->
              use model = energetic 1L
              use sampler = sampler model brief 1L
              let term = EnergyTerm sampler

              let terms =
                  [| WeightedTerm(CrossEntropyTerm(), (fun _ -> 1.0), 1.0)
                     WeightedTerm(term, (fun _ -> 0.0), 1.0) |]

              use learner = new GradientLearner(model, terms, adam 0.01, Nullable(), generator 1L)
              use batch = batchOf 5
              let tally = Tally()
              learner.Step(batch, StepSettings(1, 1, 1.0), tally) |> ignore
              Expect.equal (term.Draws, sampler.Buffer.Moved) (0L, 0) "nothing"
              Expect.isTrue (Double.IsFinite(tally.Means()["energy"])) "but is told")
          torchTest "sequences of several lengths are a user error" (fun () ->
              let stream = init 1L

              use model =
                  new HybridModel(
                      [| TrunkStage(new Chain(nets [ new LastState(2, SequenceLengths()) ]))
                         energyHead 2 classes stream |]
                  )

              use sampler = new SgldSampler(model, [ steps; 2 ], brief, Energies.stream 1L)
              use learner = gradientLearner model (EnergyTerm sampler) (adam 0.01) true
              use batch = sequenceBatch 6

              userError [ "energy classifier"; "one length" ] (fun () ->
                  learner.Step(batch, StepSettings(1, 1, 1.0), Tally()))
              |> ignore)
          torchTest "a model with a vae is a user error" (fun () ->
              let stream = init 1L

              use model =
                  new HybridModel(
                      [| trunk stream
                         BottleneckStage(bottleneck true 8 stream)
                         energyHead latent classes stream |]
                  )

              use sampler = sampler model brief 1L

              userError [ "vae"; "energy classifier" ] (fun () -> EnergyTerm sampler)
              |> ignore) ]
