module GenDisc.Core.Tests.Evaluation.Boltzmann.LogLikelihoodTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Evaluation.Boltzmann
open GenDisc.Core.Kernels.Random
open GenDisc.Core.Models
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Runtime
open GenDisc.Core.Training.Boltzmann
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Evaluation.Boltzmann.Machines
open GenDisc.Core.Tests.Modules.Building

let private spread (values: float array) =
    let mean = Array.average values
    mean, (values |> Array.sumBy (fun v -> (v - mean) ** 2.0)) / float (values.Length - 1)

let private free (rbm: Rbm) rows =
    rows |> Array.map (fun v -> -(logSumOverHidden rbm 1.0 v))

let private likelihood =
    testList
        "LogLikelihood"
        [ torchTest "mean and both errors, of every kind of machine" (fun () ->
              for kind, classes in kinds do
                  let random = RandomStream(1L, "likelihood")
                  use rbm = machine kind classes 5 4 0.7 random
                  let rows = examples 60 5 random
                  let data = splitOf rows
                  let mean, variance = spread (free rbm rows)
                  let logZ = Enumeration.LogPartition rbm
                  let exact = LogLikelihood.Of(rbm, data, logZ)
                  Expect.floatClose Accuracy.medium exact.Mean (-mean - logZ) $"{kind} {classes}"
                  Expect.floatClose Accuracy.medium exact.Mean (Enumeration.LogProbability(rbm, data)) "by enumeration"
                  Expect.floatClose Accuracy.medium exact.SamplingError (sqrt (variance / 60.0)) "sampling"
                  Expect.equal (exact.PartitionError, exact.Count) (0.0, 60) "exact"
                  Expect.equal exact.StandardError exact.SamplingError "of the data alone")
          torchTest "of a general machine exact where its states can be summed, else a bound" (fun () ->
              let random = RandomStream(7L, "general")
              let rows = examples 30 6 random
              let data = splitOf rows

              let general visible hidden =
                  let machine = new BoltzmannMachine(BoltzmannOptions(visible, hidden), random)

                  for parameter in machine.parameters () do
                      fillNormal 1.5 random parameter

                  machine

              use machine = general 6 4
              let x = tensorOfRows rows
              use batch = new Batch(x, null, null)
              let output = ModelOutput(Representation = x, Machine = machine, Visible = x)
              let logZ = ExactBoltzmann.LogPartition(machine).ToDouble()
              let found = LogLikelihood.Of(machine, data, logZ)
              let terms = numbers (ExactLikelihoodTerm().PerExample(output, batch))
              Expect.floatClose Accuracy.medium found.Mean -(Array.average terms) "the exact term"
              let bound = -(Array.average (numbers (machine.DataEnergy(x, null)))) - logZ
              Expect.isGreaterThan found.Mean (bound + 0.01) "more than mean-field inference gives"
              Expect.isFalse found.IsBound "exact"

              let histogram =
                  EnergyHistogram.Of(machine, data, machine.StateOf(x, null, CounterStream(1L, "h")))

              Expect.equal histogram.Data histogram.Samples "energies of samples likewise"

              for visible, hidden, isBound in [ 6, 15, true; 6, 14, false; 25, 0, false; 25, 1, false ] do
                  use machine = general visible hidden
                  let data = splitOf (examples 3 visible random)
                  Expect.equal (LogLikelihood.Of(machine, data, 0.0)).IsBound isBound $"{visible} {hidden}")
          torchTest "an estimate brings its own error, and errors add as squares" (fun () ->
              let random = RandomStream(2L, "likelihood")
              use rbm = binary 6 5 0.5 random
              let data = splitOf (examples 40 6 random)

              let estimate =
                  AnnealedImportanceSampling.Estimate(
                      rbm,
                      BaseRates.Of data,
                      AisOptions(50, 20),
                      CounterStream(1L, "ais")
                  )

              let found = LogLikelihood.Of(rbm, data, estimate)
              let error = max estimate.StandardError estimate.BootstrapError
              Expect.equal found.PartitionError error "the larger"
              Expect.equal found.Mean (LogLikelihood.Of(rbm, data, estimate.LogZ)).Mean "log Z"

              Expect.floatClose Accuracy.high (LogLikelihood(-1.0, 3.0, 4.0, 9)).StandardError 5.0 "three, four, five")
          torchTest "grey values can be drawn, once and by their stream" (fun () ->
              use rbm = binary 4 1 0.0 (RandomStream(3L, "likelihood"))
              fill rbm.Weight [| 20.0; 0.0; 0.0; 0.0 |]
              fill rbm.HiddenBias [| -10.0 |]
              let grey = splitOf (Array.init 4000 (fun _ -> [| 0.5; 0.25; 0.0; 1.0 |]))

              let at seed =
                  LogLikelihood.Of(rbm, grey, 0.0, 0.0, CounterStream(seed, "grey"))

              // Four states are possible; F is averaged over them, weighed by their chance.
              let expected =
                  [ for a in [ 0.0; 1.0 ] do
                        for b in [ 0.0; 1.0 ] do
                            let chance = 0.5 * if b = 1.0 then 0.25 else 0.75
                            chance * logSumOverHidden rbm 1.0 [| a; b; 0.0; 1.0 |] ]
                  |> List.sum

              let found = at 1L
              Expect.isLessThan (abs (found.Mean - expected)) (4.0 * found.SamplingError) "an expectation"
              Expect.equal found (at 1L) "same stream"
              Expect.notEqual found.Mean (at 2L).Mean "other stream"
              let asTheyAre = LogLikelihood.Of(rbm, grey, 0.0)
              Expect.isLessThan asTheyAre.SamplingError 1e-6 "all examples alike"
              Expect.isGreaterThan (abs (asTheyAre.Mean - expected)) (6.0 * found.SamplingError) "another number")
          torchTest "no examples, or others, are refused" (fun () ->
              use rbm = binary 4 3 1.0 (RandomStream(4L, "likelihood"))

              userError [ "5 numbers"; "4 visible" ] (fun () ->
                  LogLikelihood.Of(rbm, splitOf [| Array.zeroCreate 5 |], 0.0))
              |> ignore) ]

let private gap =
    testList
        "FreeEnergyGap"
        [ torchTest "means of the same number of examples and the error of their difference" (fun () ->
              let random = RandomStream(5L, "gap")
              use rbm = machine VisibleKind.Bernoulli 3 5 4 0.7 random
              let train, validation = examples 30 5 random, examples 30 5 random

              let found =
                  FreeEnergyGap.Of(rbm, splitOf train, splitOf validation, RandomStream(1L, "draw"))

              let seen, seenVariance = spread (free rbm train)
              let unseen, unseenVariance = spread (free rbm validation)
              Expect.floatClose Accuracy.medium found.Train seen "train"
              Expect.floatClose Accuracy.medium found.Validation unseen "validation"

              Expect.floatClose
                  Accuracy.medium
                  found.StandardError
                  (sqrt ((seenVariance + unseenVariance) / 30.0))
                  "error"

              Expect.floatClose Accuracy.medium found.Gap (unseen - seen) "above 0 where unseen data fit worse")
          torchTest "of a larger part as many are drawn, the same by the same stream" (fun () ->
              let random = RandomStream(6L, "gap")
              use rbm = binary 5 4 0.7 random

              let train, validation =
                  splitOf (examples 500 5 random), splitOf (examples 20 5 random)

              let at seed =
                  FreeEnergyGap.Of(rbm, train, validation, RandomStream(seed, "draw"))

              Expect.equal (at 1L) (at 1L) "same"
              Expect.notEqual (at 1L).Train (at 2L).Train "other examples"
              Expect.equal (at 1L).Validation (at 2L).Validation "all of the smaller part"
              let few = FreeEnergyGap.Of(rbm, train, train, RandomStream(1L, "draw"), 10)
              Expect.isGreaterThan few.StandardError (at 1L).StandardError "at most ten"
              Expect.sequenceEqual (train.Indices.ToArray()) [ 0..499 ] "the split stays")
          torchTest "a machine that knows its training data by heart has a gap" (fun () ->
              // One hidden unit that is on for the training example and off for all others.
              use rbm = binary 6 1 0.0 (RandomStream(7L, "gap"))
              fill rbm.Weight [| 10.0; -10.0; 10.0; -10.0; 10.0; -10.0 |]
              fill rbm.HiddenBias [| -20.0 |]
              let seen = splitOf (Array.create 50 [| 1.0; 0.0; 1.0; 0.0; 1.0; 0.0 |])
              let unseen = splitOf (examples 50 6 (RandomStream(7L, "bits")))
              let found = FreeEnergyGap.Of(rbm, seen, unseen, RandomStream(1L, "draw"))
              Expect.isGreaterThan found.Gap (5.0 * found.StandardError) "far above 0")
          torchTest "a single example has no error" (fun () ->
              use rbm = binary 2 2 0.7 (RandomStream(8L, "gap"))
              let one = splitOf [| [| 0.0; 1.0 |] |]

              userError [ "at least 2"; "1" ] (fun () -> FreeEnergyGap.Of(rbm, one, one, RandomStream(1L, "draw")))
              |> ignore) ]

let private histogram =
    testList
        "EnergyHistogram"
        [ testCase "both are counted over the same bins" (fun () ->
              let found =
                  EnergyHistogram.Of([| 0.0; 1.0; 1.5; nan |], [| 4.0; 3.0; -infinity; 2.0 |], 4)

              Expect.equal found.Edges [| 0.0; 1.0; 2.0; 3.0; 4.0 |] "edges"
              Expect.equal (found.Data, found.Samples) ([| 1L; 2L; 0L; 0L |], [| 0L; 0L; 1L; 2L |]) "counts")
          testCase "equal energies, or none, fill one bin or none" (fun () ->
              let equal = EnergyHistogram.Of([| 7.0; 7.0 |], [| 7.0 |], 3)
              Expect.equal (Array.sum equal.Data, Array.sum equal.Samples) (2L, 1L) "all counted"
              let none = EnergyHistogram.Of([||], [||], 3)
              Expect.equal (Array.sum none.Data, none.Edges.Length) (0L, 4) "nothing")
          torchTest "energies of data and of the visible part of states" (fun () ->
              let random = RandomStream(9L, "histogram")
              use rbm = machine VisibleKind.Bernoulli 3 5 4 0.7 random
              let rows, sampled = examples 40 5 random, examples 30 5 random
              let states = rbm.StateOf(tensorOfRows sampled, null, CounterStream(1L, "labels"))
              let found = EnergyHistogram.Of(rbm, splitOf rows, states, 6)
              let expected = EnergyHistogram.Of(free rbm rows, free rbm sampled, 6)
              Expect.equal (found.Data, found.Samples) (expected.Data, expected.Samples) "counts"
              Expect.isTrue (allClose 1e-5 expected.Edges found.Edges) "edges") ]

let tests = testList "Boltzmann machines on data" [ likelihood; gap; histogram ]
