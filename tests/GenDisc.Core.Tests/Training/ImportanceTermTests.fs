/// The importance-weighted loss of the linear Gaussian model, whose evidence is known.
module GenDisc.Core.Tests.Training.ImportanceTermTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Models
open GenDisc.Core.Runtime
open GenDisc.Core.Training
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models

let private draws = 2000

/// The term of each copy of one example, draw by draw.
let private values (m: EvidenceBoundTests.Linear) mean logVariance samples =
    use model = EvidenceBoundTests.modelOf m mean logVariance

    use batch =
        Batches.Gather(EvidenceBoundTests.copies m draws, ReadOnlySpan [| 0 .. draws - 1 |], torch.CPU)

    use noise = generator 1L
    use _ = torch.no_grad ()
    let output = model.Forward(batch.X, noise)
    numbers (ImportanceTerm(Unchecked.nonNull model.Bottleneck, samples).PerExample(output, batch))

let tests =
    testList
        "importance term"
        [ torchTest "from the true posterior it is the evidence, whatever the number of draws" (fun () ->
              let m = EvidenceBoundTests.linear (RandomStream(1L, "linear"))
              let mean, logVariance = EvidenceBoundTests.posterior m

              for samples in [ 1; 3 ] do
                  for value in values m mean logVariance samples do
                      Expect.isTrue (close 1e-4 value -(EvidenceBoundTests.evidence m)) $"{samples} draws")
          torchTest "one draw is the negative ELBO on average, more draws are less" (fun () ->
              for seed in 1L .. 3L do
                  let m = EvidenceBoundTests.linear (RandomStream(seed, "linear"))
                  let mean, logVariance = EvidenceBoundTests.posterior m
                  let wide = logVariance + torch.tensor 0.8
                  let away = mean + torch.tensor 0.3
                  let one, error = meanAndError (values m away wide 1)
                  let many, manyError = meanAndError (values m away wide 50)
                  Expect.isLessThan (abs (one + EvidenceBoundTests.bound m away wide)) (4.0 * error + 1e-4) "ELBO"
                  Expect.isLessThan many (one - error) "tighter"
                  Expect.isGreaterThan many (-(EvidenceBoundTests.evidence m) - 4.0 * manyError - 1e-4) "a bound")
          torchTest "its gradient reaches encoder and decoder, by kernels and without" (fun () ->
              for kernels in [ true; false ] do
                  use model = Samples.hybrid 1L
                  use batch = Samples.batchOf 12
                  use noise = generator 1L
                  let term = ImportanceTerm(Unchecked.nonNull model.Bottleneck, 4)

                  use learner =
                      new GradientLearner(
                          model,
                          [| WeightedTerm(term, (fun _ -> 1.0), 1.0) |],
                          OptimiserOptions(OptimiserKind.Adam, 0.01, 0.0, 0.0),
                          Nullable(),
                          noise,
                          kernels
                      )

                  let step () =
                      learner.Step(batch, StepSettings(1, 1, 1.0), Tally())

                  let first = step ()

                  Expect.equal
                      (List.ofSeq learner.Unreached)
                      [ "2_classifier.0.weight"; "2_classifier.0.bias" ]
                      "all but the head"

                  for _ in 1..60 do
                      step () |> ignore

                  Expect.isLessThan (step ()) first "it learns") ]
