/// Importance-weighted bounds: on the linear Gaussian model, whose evidence is known, and as laws of the weights.
module GenDisc.Core.Tests.Evaluation.Bayesian.ImportanceBoundTests

open System
open Expecto
open FsCheck.FSharp
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Evaluation.Bayesian
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models

let private weightsOf (m: EvidenceBoundTests.Linear) mean logVariance examples samples =
    use model = EvidenceBoundTests.modelOf m mean logVariance
    use noise = generator 3L
    ImportanceWeighting.LogWeights(model, Split.All(EvidenceBoundTests.copies m examples), samples, noise, torch.CPU)

let private law name check =
    testProperty
        name
        (Prop.forAll
            (Arb.fromGen (Gen.zip3 (Gen.choose (1, 5)) (Gen.choose (0, 5)) (Gen.choose (0, 100000))))
            (fun (n, power, seed) ->
                let stream = RandomStream(int64 seed, "weights")
                check [| for _ in 1..n -> Array.map ((*) 30.0) (gaussians stream (1 <<< power)) |]))

let private values (bound: ImportanceBound) =
    [ for point in bound.Curve -> point.Value ]

let tests =
    testList
        "importance-weighted bound"
        [ torchTest "weights from the true posterior are all the evidence" (fun () ->
              for seed in 1L .. 3L do
                  let m = EvidenceBoundTests.linear (RandomStream(seed, "linear"))
                  let mean, logVariance = EvidenceBoundTests.posterior m
                  let exact = EvidenceBoundTests.evidence m
                  let weights = weightsOf m mean logVariance 3 8
                  Expect.equal (weights.Length, weights[0].Length) (3, 8) "shape"

                  for w in Array.concat weights do
                      Expect.isTrue (close 1e-4 w exact) $"{w} is not {exact}"

                  let bound = ImportanceBound.Of weights
                  Expect.isTrue (close 1e-4 bound.EffectiveSamples 8.0) "every sample counts")
          torchTest "the bound tends to the evidence from below" (fun () ->
              for seed in 1L .. 3L do
                  let m = EvidenceBoundTests.linear (RandomStream(seed, "linear"))
                  let mean, logVariance = EvidenceBoundTests.posterior m
                  let exact = EvidenceBoundTests.evidence m
                  // wider than the posterior, so that weights are bounded
                  let bound =
                      ImportanceBound.Of(
                          weightsOf m (mean + torch.tensor 0.3) (logVariance + torch.tensor 0.8) 20 2048
                      )

                  Expect.isLessThan bound.Elbo (exact - 0.1) "the ELBO falls short"
                  let error = bound.Curve[bound.Curve.Length - 1].Error
                  Expect.isLessThan (abs (bound.Bound - exact)) (4.0 * error + 0.002) "2,048 samples do not"
                  Expect.isLessThan (exact - bound.Bound) (0.02 * (exact - bound.Elbo)) "a fiftieth of the gap"
                  Expect.isTrue (bound.EffectiveSamples > 1.0 && bound.EffectiveSamples < 2048.0) "effective samples")
          torchTest "the same seed gives the same weights, batch after batch" (fun () ->
              let m = EvidenceBoundTests.linear (RandomStream(1L, "linear"))
              let mean, logVariance = EvidenceBoundTests.posterior m
              let away = mean + torch.tensor 1.0
              // 300 examples of 64 samples do not fit one pass
              Expect.equal (weightsOf m away logVariance 300 64) (weightsOf m away logVariance 300 64) "weights"
              let rows = weightsOf m away logVariance 300 64
              Expect.equal (rows |> Array.distinct).Length 300 "every example has draws of its own")
          torchTest "a cancelled pass ends at the next batch" (fun () ->
              use model = Samples.hybrid 1L
              use noise = generator 1L
              let split = Split.All(Samples.pixels 4)

              Expect.throwsT<OperationCanceledException>
                  (fun () ->
                      ImportanceWeighting.LogWeights(
                          model,
                          split,
                          2,
                          noise,
                          torch.CPU,
                          Threading.CancellationToken true
                      )
                      |> ignore)
                  "cancelled")
          torchTest "a model without a distribution over a latent vector is refused" (fun () ->
              use model = Samples.normalised 1L
              use noise = generator 1L
              let split = Split.All(Samples.pixels 4)

              Expect.throwsT<ArgumentException>
                  (fun () -> ImportanceWeighting.LogWeights(model, split, 2, noise, torch.CPU) |> ignore)
                  "no vae")
          testSequenced
          <| testCase "memory stays flat" (fun () ->
              use _scope = torch.NewDisposeScope()
              use model = Samples.hybrid 1L
              use noise = generator 1L
              let split = Split.All(Samples.pixels 40)

              let once () =
                  ImportanceWeighting.LogWeights(model, split, 64, noise, torch.CPU) |> ignore

              once ()
              let before = liveTensors ()
              once ()
              Expect.equal torch.Tensor.TotalCount before "tensors")
          test "known weights" {
              let bound = ImportanceBound.Of [| [| log 1.0; log 3.0 |]; [| log 2.0; log 2.0 |] |]
              let elbo = (log 1.0 + log 3.0 + 2.0 * log 2.0) / 4.0
              Expect.isTrue (allClose 1e-12 [| elbo; log 2.0 |] (Array.ofList (values bound))) "curve"
              Expect.equal [ for point in bound.Curve -> point.Samples ] [ 1; 2 ] "samples"
              Expect.isTrue (close 1e-12 bound.EffectiveSamples ((16.0 / 10.0 + 2.0) / 2.0)) "effective"
              Expect.equal (bound.Examples, bound.Samples) (2, 2) "counts"
          }
          law "does not fall with the number of samples" (fun weights ->
              let found = values (ImportanceBound.Of weights)
              List.pairwise found |> List.forall (fun (a, b) -> a <= b + 1e-9))
          law "starts at the mean and stays below the largest weight" (fun weights ->
              let bound = ImportanceBound.Of weights

              close 1e-9 bound.Elbo (weights |> Array.averageBy Array.average)
              && bound.Bound <= Array.averageBy Array.max weights + 1e-9)
          law "effective samples lie between one and all, and forget the scale" (fun weights ->
              let ess = (ImportanceBound.Of weights).EffectiveSamples
              let shifted = weights |> Array.map (Array.map ((+) 500.0))

              ess >= 1.0 - 1e-9
              && ess <= float weights[0].Length + 1e-9
              && close 1e-9 ess (ImportanceBound.Of shifted).EffectiveSamples)
          test "what is no rectangle of a power of two is refused" {
              for weights in [ [||]; [| [| 0.0; 0.0; 0.0 |] |]; [| [| 0.0 |]; [| 0.0; 0.0 |] |]; [| [||] |] ] do
                  Expect.throwsT<ArgumentException> (fun () -> ImportanceBound.Of weights |> ignore) $"{weights}"
          } ]
