module GenDisc.Core.Tests.Evaluation.BootstrapTests

open System
open System.Collections.Generic
open Expecto
open GenDisc.Core.Evaluation
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Evaluation.Drawn

let private figures pairs : IReadOnlyDictionary<string, float> = dict pairs |> Dictionary :> _

let private ofMean (values: float array) stream resamples level =
    let mean (weights: int array) (_: int) =
        let sum = Array.map2 (fun n x -> float n * x) weights values |> Array.sum
        figures [ "mean", sum / float values.Length ]

    Bootstrap.OfWeights(values.Length, mean, stream, resamples, level)["mean"]

let tests =
    testList
        "Bootstrap"
        [ law "a mean lies within its interval" (fun stream ->
              let values = gaussians stream (between 20 100 stream)
              let interval = ofMean values stream 200 0.95
              interval.Low <= Array.average values && Array.average values <= interval.High)
          testCase "the interval of a mean is about ± 1.96 standard errors" (fun () ->
              let values = gaussians (RandomStream(1L, "values")) 2000
              let mean, error = meanAndError values
              let interval = ofMean values (RandomStream(2L, "draws")) 1000 0.95
              Expect.isLessThan (abs (interval.Low - (mean - 1.96 * error))) (0.3 * error) "low"
              Expect.isLessThan (abs (interval.High - (mean + 1.96 * error))) (0.3 * error) "high")
          testCase "about 95 of 100 intervals hold the true mean" (fun () ->
              let stream = RandomStream(3L, "coverage")

              let held =
                  Seq.init 400 (fun _ -> ofMean (gaussians stream 50) stream 200 0.95)
                  |> Seq.filter (fun i -> i.Low < 0.0 && 0.0 < i.High)
                  |> Seq.length

              Expect.isTrue (held > 355 && held < 396) $"{held} of 400")
          testCase "a higher level gives a wider interval" (fun () ->
              let values = gaussians (RandomStream(1L, "values")) 30

              let at level =
                  ofMean values (RandomStream(1L, "draws")) 300 level

              Expect.isTrue ((at 0.99).Low < (at 0.5).Low && (at 0.99).High > (at 0.5).High) "wider")
          testCase "percentiles interpolate between order statistics" (fun () ->
              let interval = Bootstrap.Percentiles([| 4.0; 1.0; 3.0; 2.0; 5.0 |], 0.75)
              Expect.equal interval (Interval(1.5, 4.5)) "an eighth of the way and seven"
              Expect.equal (Bootstrap.Percentiles([| 7.0 |], 0.9)) (Interval(7.0, 7.0)) "one value")
          testCase "resamples in which a figure is undefined are passed over" (fun () ->
              let mutable call = 0

              let sometimes (_: int array) (_: int) =
                  call <- call + 1
                  figures [ "some", (if call % 2 = 0 then 1.0 else nan); "never", nan ]

              let intervals =
                  Bootstrap.OfWeights(3, sometimes, RandomStream(1L, "draws"), 10, 0.95)

              Expect.equal (List.ofSeq intervals.Keys) [ "some" ] "never defined, left out"
              Expect.equal intervals["some"] (Interval(1.0, 1.0)) "of the others")
          testCase "moving blocks keep neighbours together and add up" (fun () ->
              let mutable seen = []

              let watch (weights: int array) (_: int) =
                  seen <- Array.copy weights :: seen
                  figures []

              Bootstrap.OfWeights(10, watch, RandomStream(1L, "draws"), 50, 0.95, 5) |> ignore

              for weights in seen do
                  Expect.equal (Array.sum weights) 10 "as many as there are"

                  let starts =
                      weights |> Array.windowed 5 |> Array.filter (Array.forall (fun w -> w > 0))

                  Expect.isNonEmpty starts "a whole block"

              Expect.isGreaterThan (List.distinct seen).Length 5 "not always the same")
          testCase "nothing to draw from and impossible levels are refused" (fun () ->
              let refused f =
                  Expect.throwsT<ArgumentOutOfRangeException> (f >> ignore) "refused"

              let stream = RandomStream(1L, "draws")
              refused (fun () -> ofMean [||] stream 10 0.95)
              refused (fun () -> ofMean [| 1.0 |] stream 0 0.95)
              refused (fun () -> ofMean [| 1.0 |] stream 10 1.0)) ]
