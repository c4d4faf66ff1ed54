module GenDisc.Core.Tests.Data.Synthetic.GeneratedTests

open Expecto
open GenDisc.Core.Data
open GenDisc.Core.Data.Synthetic
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Data.Expecting

let private moons = lazy Moons.Load()
let private friedman = lazy Friedman.Load()

let tests =
    testList
        "Generated"
        [ test "the same bytes every time, and other ones for testing" {
              for load in [ (fun () -> Moons.Load()); (fun () -> Friedman.Load()) ] do
                  let one, two = load (), load ()
                  Expect.equal one.Files[0] two.Files[0] "checksum"
                  Expect.stringContains one.Files[0].Name "(generated, seed 2026)" "name"

                  Expect.notEqual
                      (one.Train.Values.Slice(0, 20).ToArray())
                      (one.Test.Values.Slice(0, 20).ToArray())
                      "parts differ"
          }
          test "moons lie on their half circles, within noise" {
              let data = moons.Value.Train
              Expect.equal (data.Count, data.Classes, data.ExampleSize) (4000, 2, 2) "sizes"
              let values, labels = data.Values.ToArray(), data.Labels.ToArray()

              let deviations =
                  [| for i in 0 .. data.Count - 1 do
                         let x, y = float values[2 * i], float values[2 * i + 1]
                         let x, y = if labels[i] = 0 then x, y else 1.0 - x, 0.5 - y
                         sqrt (x * x + y * y) - 1.0 |]

              Expect.isLessThan (abs (Array.average deviations)) 0.02 "centred on the circle"
              let spread = deviations |> Array.averageBy (fun d -> d * d) |> sqrt
              Expect.floatClose { absolute = 0.01; relative = 0.0 } spread 0.1 "noise of 0.1"
              Expect.equal (Array.sum labels) 2000 "equal classes"
          }
          test "friedman is its function plus unit noise" {
              let data = friedman.Value.Train
              Expect.equal (data.Count, data.Classes, data.ExampleSize, data.TargetSize) (4000, 0, 10, 1) "sizes"
              Expect.all (data.Values.ToArray()) (fun x -> x >= 0f && x <= 1f) "inputs in [0, 1]"

              let residuals =
                  [| for i in 0 .. data.Count - 1 do
                         float data.Targets.Span[i] - Friedman.Mean(data.Values.Slice(10 * i, 10).Span) |]

              Expect.floatClose { absolute = 0.05; relative = 0.0 } (Array.average residuals) 0.0 "mean of noise"
              let variance = residuals |> Array.averageBy (fun r -> r * r)
              Expect.floatClose { absolute = 0.1; relative = 0.0 } variance 1.0 "variance of noise"
          }
          test "the default noise gives the examples it always gave" {
              let stream = RandomStream(2026L, "moons/train")

              let expected =
                  [| for i in 0..999 do
                         let t = stream.Uniform(0.0, System.Math.PI)
                         let x, y = if i % 2 = 0 then cos t, sin t else 1.0 - cos t, 0.5 - sin t
                         float32 (x + 0.1 * stream.NextGaussian())
                         float32 (y + 0.1 * stream.NextGaussian()) |]

              Expect.equal (moons.Value.Train.Values.ToArray()[..1999]) expected "moons"
              let stream = RandomStream(2026L, "friedman/test")

              for i in 0..999 do
                  let x = Array.init 10 (fun _ -> float32 (stream.NextDouble()))
                  let y = float32 (Friedman.Mean(System.ReadOnlySpan x) + stream.NextGaussian())
                  Expect.equal (friedman.Value.Test.Values.Slice(10 * i, 10).ToArray()) x "friedman's inputs"
                  Expect.equal friedman.Value.Test.Targets.Span[i] y "friedman's target"

              for usual, given in [ moons.Value, Moons.Load 0.1; friedman.Value, Friedman.Load 1.0 ] do
                  Expect.equal given.Files[0].Sha256 usual.Files[0].Sha256 "given as the default"
          }
          test "other noise" {
              let exact = Friedman.Load(0.0).Train

              for i in 0..99 do
                  Expect.floatClose
                      Accuracy.medium
                      (float exact.Targets.Span[i])
                      (Friedman.Mean(exact.Values.Slice(10 * i, 10).Span))
                      "none"

              Expect.equal
                  (exact.Values.ToArray()[..99])
                  (friedman.Value.Train.Values.ToArray()[..99])
                  "the same inputs"

              Expect.stringContains (Friedman.Load 2.0).Files[0].Name "noise 2)" "told"

              for noise in [ -1.0; nan; infinity ] do
                  userError [ "friedman"; "noise" ] (fun () -> Friedman.Load noise) |> ignore
                  userError [ "moons"; "noise" ] (fun () -> Moons.Load noise) |> ignore
          }
          test "the formula at a point" {
              let y = Friedman.Mean(System.ReadOnlySpan [| 0.5f; 1f; 1f; 0.25f; 0.5f |])
              Expect.floatClose Accuracy.high y (10.0 + 5.0 + 2.5 + 2.5) "10 sin(pi/2) + 20/4 + 10/4 + 5/2"
          } ]
