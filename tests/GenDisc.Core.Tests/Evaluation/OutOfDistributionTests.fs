module GenDisc.Core.Tests.Evaluation.OutOfDistributionTests

open System
open Expecto
open GenDisc.Core.Evaluation
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Evaluation.Drawn

/// Two samples with ties, the first higher.
let private drawn (stream: RandomStream) =
    let side shift n =
        Array.init n (fun _ -> Math.Round(stream.NextGaussian() + shift, 1))

    side 0.7 (between 1 40 stream), side 0.0 (between 1 40 stream)

let tests =
    testList
        "OutOfDistribution"
        [ testCase "scores by hand, safe from overflow" (fun () ->
              let rows = [| [| 0f; float32 (log 3.0) |]; [| 1000f; 1000f |] |]
              Expect.isTrue (allClose 1e-7 [| 0.75; 0.5 |] (OutOfDistribution.MaxSoftmax rows)) "softmax"
              Expect.isTrue (allClose 1e-7 [| log 4.0; 1000.0 + log 2.0 |] (OutOfDistribution.Energy rows)) "energy")
          testCase "areas of perfect, reversed and equal scores" (fun () ->
              Expect.equal (OutOfDistribution.Auroc([| 3.0; 4.0 |], [| 1.0; 2.0 |])) 1.0 "perfect"
              Expect.equal (OutOfDistribution.Auroc([| 1.0 |], [| 1.5; 2.0 |])) 0.0 "reversed"
              Expect.equal (OutOfDistribution.Auroc([| 1.0; 1.0 |], [| 1.0 |])) 0.5 "equal"
              Expect.isTrue (Double.IsNaN(OutOfDistribution.Auroc([||], [| 1.0 |]))) "nothing inside")
          law "the area is the share of pairs" (fun stream ->
              let inside, outside = drawn stream
              close 1e-12 (aurocOfPairs inside outside) (OutOfDistribution.Auroc(inside, outside)))
          law "no rising function changes the area" (fun stream ->
              let inside, outside = drawn stream
              let rising = Array.map (fun v -> exp v + 3.0 * v)
              OutOfDistribution.Auroc(rising inside, rising outside) = OutOfDistribution.Auroc(inside, outside))
          law "changing sides mirrors the area" (fun stream ->
              let inside, outside = drawn stream

              close
                  1e-12
                  1.0
                  (OutOfDistribution.Auroc(inside, outside)
                   + OutOfDistribution.Auroc(outside, inside)))
          testCase "false positives at 95 of 100 true ones" (fun () ->
              // The threshold that 19 of 20 reach is 2; of outside, 2 and 30 reach it.
              let inside = Array.init 20 (fun i -> float (i + 1))
              Expect.equal (OutOfDistribution.FalsePositiveRate(inside, [| 0.5; 1.0; 2.0; 30.0 |])) 0.5 "two of four"
              Expect.equal (OutOfDistribution.FalsePositiveRate(inside, [| 1.0; 30.0 |], 1.0)) 1.0 "all must pass"
              Expect.equal (OutOfDistribution.FalsePositiveRate(inside, [| 0.0 |])) 0.0 "apart"
              Expect.isTrue (Double.IsNaN(OutOfDistribution.FalsePositiveRate(inside, [||]))) "nothing outside")
          testCase "the interval holds the area and shrinks with examples" (fun () ->
              let stream = RandomStream(1L, "scores")

              let sides n =
                  gaussians stream n |> Array.map ((+) 0.8), gaussians stream n

              let width n =
                  let inside, outside = sides n
                  let i = OutOfDistribution.AurocInterval(inside, outside, stream, 200)
                  let area = OutOfDistribution.Auroc(inside, outside)
                  Expect.isTrue (i.Low < area && area < i.High) "holds"
                  i.High - i.Low

              Expect.isGreaterThan (width 30) (2.0 * width 1000) "narrower"
              let none = OutOfDistribution.AurocInterval([||], [| 1.0 |], stream)
              Expect.isTrue (Double.IsNaN none.Low && Double.IsNaN none.High) "no interval") ]
