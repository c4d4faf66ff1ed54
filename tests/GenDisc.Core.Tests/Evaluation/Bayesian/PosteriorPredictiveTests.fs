module GenDisc.Core.Tests.Evaluation.Bayesian.PosteriorPredictiveTests

open System
open System.Collections.Immutable
open Expecto
open FsCheck.FSharp
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Evaluation.Bayesian
open GenDisc.Core.Models
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Modules.Building

let private withMembers (logits: torch.Tensor) =
    ModelOutput(Representation = logits, MemberLogits = logits)

let private of' (logits: torch.Tensor) =
    let found = PosteriorPredictive()
    found.Add(withMembers logits)
    found

/// Logits of members, examples and classes.
let private law name check =
    testProperty
        name
        (Prop.forAll
            (Arb.fromGen (Gen.zip3 (Gen.choose (1, 5)) (Gen.choose (2, 6)) (Gen.choose (0, 100000))))
            (fun (members, classes, seed) ->
                use _scope = torch.NewDisposeScope()
                let stream = RandomStream(int64 seed, "logits")

                let logits =
                    tensorOf [ members; 3; classes ] (gaussians stream (members * 3 * classes))

                check members classes (logits * torch.tensor 5.0)))

let tests =
    testList
        "PosteriorPredictive"
        [ law "entropies lie in their bounds, and information is their difference" (fun members classes logits ->
              let found = of' logits
              let all p = Array.forall p
              let tolerance = 1e-9

              found.Members = members
              && found.PredictiveEntropy
                 |> all (fun h -> h >= 0.0 && h <= log (float classes) + tolerance)
              && found.MutualInformation
                 |> all (fun i -> i >= 0.0 && i <= log (float members) + tolerance)
              && Array.forall2
                  (fun e h -> e >= 0.0 && e <= h + tolerance)
                  found.ExpectedEntropy
                  found.PredictiveEntropy
              && allClose
                  1e-9
                  found.MutualInformation
                  (Array.map2 (fun h e -> max 0.0 (h - e)) found.PredictiveEntropy found.ExpectedEntropy))
          law "members that agree have nothing to teach" (fun members _ logits ->
              let same = logits.narrow(0, 0L, 1L).expand(int64 members, -1L, -1L)
              (of' same).MutualInformation |> Array.forall (fun i -> i < 1e-12))
          law "the order of members does not matter" (fun _ _ logits ->
              allClose 1e-9 (of' logits).MutualInformation (of' (logits.flip [| 0L |])).MutualInformation)
          torchTest "two sure members that contradict each other" (fun () ->
              let found = of' (tensorOf [ 2; 1; 2 ] [| 1000.0; 0.0; 0.0; 1000.0 |])
              Expect.isTrue (close 1e-12 found.PredictiveEntropy[0] (log 2.0)) "all there is to be unsure of"
              Expect.equal found.ExpectedEntropy [| 0.0 |] "each is sure"
              Expect.isTrue (close 1e-12 found.MutualInformation[0] (log 2.0)) "all of it is disagreement")
          torchTest "two unsure members that agree" (fun () ->
              let found = of' (tensorOf [ 2; 1; 4 ] (Array.zeroCreate 8))
              Expect.isTrue (close 1e-12 found.ExpectedEntropy[0] (log 4.0)) "noise"
              Expect.isTrue (found.MutualInformation[0] < 1e-12) "no disagreement")
          test "entropy of known distributions" {
              let entropy (p: float[]) =
                  PosteriorPredictive.Entropy(ReadOnlySpan p)

              Expect.equal (entropy [| 1.0; 0.0 |]) 0.0 "sure"
              Expect.isTrue (close 1e-15 (entropy [| 0.25; 0.75 |]) (2.0 * log 2.0 - 0.75 * log 3.0)) "a quarter"
          }
          torchTest "deviations of a regression are in the targets' own units" (fun () ->
              let predictions = tensorOf [ 2; 2; 2 ] [| 1.0; 0.0; 5.0; 5.0; 3.0; 4.0; 5.0; 5.0 |]

              let spread (scaling: Scaling | null) =
                  let found = PosteriorPredictive scaling
                  found.Add(ModelOutput(Representation = predictions, MemberPredictions = predictions))
                  found.Deviations

              Expect.isTrue (allClose 1e-12 (spread null) [| 1.5; 0.0 |]) "plain"

              let scaling =
                  Scaling(ImmutableArray.Create(7.0, 7.0), ImmutableArray.Create(10.0, 1.0))

              Expect.isTrue (allClose 1e-12 (spread scaling) [| 6.0; 0.0 |]) "scaled")
          torchTest "a model of one prediction has nothing to say" (fun () ->
              let found = PosteriorPredictive()
              found.Add(ModelOutput(Representation = torch.zeros (1L), Logits = torch.zeros (1L, 2L)))
              Expect.equal (found.Members, found.PredictiveEntropy, found.Deviations) (0, [||], [||]) "nothing")
          test "the most uncertain are rejected first" {
              let curve =
                  Rejection.Curve([| 0.9; 0.1; 0.5; 0.3 |], [| false; true; true; false |], 4)

              Expect.equal [ for p in curve -> p.X ] [ 0.0; 0.25; 0.5; 0.75 ] "shares"
              Expect.equal [ for p in curve -> p.Y ] [ 0.5; 2.0 / 3.0; 0.5; 1.0 ] "accuracies"
              Expect.isEmpty (Rejection.Curve([||], [||], 4)) "nobody"

              Expect.throwsT<ArgumentException>
                  (fun () -> Rejection.Curve([| 1.0 |], [||], 4) |> ignore)
                  "of other examples"
          }
          testProperty "a perfect order never loses by rejecting" (fun (right: bool list) ->
              let right = Array.ofList right

              let curve =
                  Rejection.Curve(right |> Array.map (fun r -> if r then 0.0 else 1.0), right, 10)

              curve |> Array.pairwise |> Array.forall (fun (a, b) -> a.Y <= b.Y + 1e-12)) ]
