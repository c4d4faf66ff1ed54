module GenDisc.Core.Tests.Data.Synthetic.OscillationsTests

open System
open Expecto
open FsCheck.FSharp
open GenDisc.Core.Data
open GenDisc.Core.Data.Synthetic
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Modules.Building

let private two_pi = 2.0 * Math.PI

/// Damping below, at, just beside and above 1, and a time.
let private cases =
    Gen.zip
        (Gen.oneof
            [ Gen.elements [ 0.0; 1.0; 1.0 - 1e-12; 1.0 + 1e-12; 0.999; 1.001; 50.0 ]
              Gen.choose (0, 300) |> Gen.map (fun n -> float n / 100.0) ])
        (Gen.choose (0, 3000) |> Gen.map (fun n -> float n / 100.0))
    |> Arb.fromGen

let private law name check =
    testProperty name (Prop.forAll cases check)

let private at damping t =
    let struct (x, v) = Oscillations.DampedAt(damping, t)
    x, v

/// Simpson's rule.
let private integral (f: float -> float) a b =
    let n = 400
    let h = (b - a) / float n

    h / 3.0
    * Seq.sum
        [ for i in 0..n do
              let weight =
                  if i = 0 || i = n then 1.0
                  elif i % 2 = 1 then 4.0
                  else 2.0

              weight * f (a + float i * h) ]

let private values (series: Series) = series.Values |> Array.map float

/// Of every column, within the rounding of float32.
let private expectNear tolerance (expected: float array) (series: Series) =
    Expect.isTrue (allClose tolerance expected (values series)) series.Name

let private deviation (noisy: Series) (exact: Series) =
    Array.map2 (fun (a: float) b -> (a - b) ** 2.0) (values noisy) (values exact)
    |> Array.average
    |> sqrt

let tests =
    testList
        "Oscillations"
        [ test "sines are sums at the times of linspace" {
              let series = Oscillations.Sines([ 1.0; 2.5 ], two_pi, 9, 0.0)
              Expect.equal (series.Steps, List.ofSeq series.Columns) (9, [ "x" ]) "sizes"

              let expected =
                  [| for i in 0..8 do
                         let t = two_pi * float i / 8.0
                         sin t + sin (2.5 * t) |]

              expectNear 1e-6 expected series
          }
          test "the last time is the span itself" {
              // 3 * (0.3 / 3) is not 0.3.
              let grid = TimeGrid("s", 0.3, 4)
              Expect.equal [ grid[0]; grid[1]; grid[3] ] [ 0.0; 0.3 / 3.0; 0.3 ] "linspace"
          }
          law "a damped oscillator starts at 1 at rest" (fun (damping, _) -> at damping 0.0 = (1.0, 0.0))
          law "damping takes energy as 2 γ v²" (fun (damping, t) ->
              let energy t =
                  let x, v = at damping t
                  (x * x + v * v) / 2.0

              // Fast decays need short spans for the rule to hold.
              let b = t + 1.0 / (1.0 + damping)
              let loss = 2.0 * damping * integral (fun s -> snd (at damping s) ** 2.0) t b
              abs (energy t - energy b - loss) < 1e-9)
          law "v is the derivative of x" (fun (damping, t) ->
              let h = 1e-5
              let slope = (fst (at damping (t + h)) - fst (at damping (t - h))) / (2.0 * h)
              t < h || abs (slope - snd (at damping t)) < 1e-5)
          test "damping below, at and above 1 have their textbook values" {
              let x damping t = fst (at damping t)
              Expect.floatClose Accuracy.high (x 0.0 3.0) (cos 3.0) "free"
              Expect.floatClose Accuracy.high (x 1.0 3.0) (4.0 * exp -3.0) "critical"
              // γ = 5/4: roots -1/2 and -2.
              Expect.floatClose Accuracy.high (x 1.25 3.0) ((4.0 * exp -1.5 - exp -6.0) / 3.0) "over-damped"
              // γ = 3/5: ω = 4/5.
              let expected = exp -1.8 * (cos 2.4 + 0.75 * sin 2.4)
              Expect.floatClose Accuracy.high (x 0.6 3.0) expected "under-damped"
          }
          test "damping of any size and long times stay finite" {
              for damping in [ 1e3; 1e9; 1e200; Double.MaxValue ] do
                  for t in [ 1e-9; 1.0; 1e9 ] do
                      let x, v = at damping t
                      Expect.isTrue (x >= 0.0 && x <= 1.0 + 1e-9 && abs v <= 1.0) $"{damping} at {t}: {x}, {v}"
          }
          test "without a drive it is the damped oscillator" {
              for damping in [ 0.0; 0.1; 1.0; 3.0 ] do
                  let exact = Oscillations.Damped(damping, 20.0, 101, 0.0)
                  expectNear 1e-6 (values exact) (Oscillations.Driven(damping, 0.0, 2.0, 20.0, 101, 0.0))
          }
          test "a drive adds its known response" {
              // cos t + F (cos ωt − cos t) / (1 − ω²) without damping, and growth in resonance.
              let times = [| for i in 0..100 -> 0.2 * float i |]
              let off = times |> Array.map (fun t -> cos t + 0.5 * (cos (3.0 * t) - cos t) / -8.0)
              expectNear 1e-6 off (Oscillations.Driven(0.0, 0.5, 3.0, 20.0, 101, 0.0))
              let on = times |> Array.map (fun t -> cos t + 0.5 * t * sin t / 2.0)
              expectNear 1e-6 on (Oscillations.Driven(0.0, 0.5, 1.0, 20.0, 101, 0.0))
          }
          test "a damped drive ends in its amplitude F / |1 − ω² + 2iγω|" {
              let series = Oscillations.Driven(0.2, 1.5, 1.2, 200.0, 20001, 0.0)
              let last = values series |> Array.skip 15000 |> Array.max
              let expected = 1.5 / sqrt ((1.0 - 1.44) ** 2.0 + (2.0 * 0.2 * 1.2) ** 2.0)
              Expect.floatClose { absolute = 1e-3; relative = 0.0 } last expected "amplitude"
          }
          test "noise has its deviation, and comes again" {
              for make in
                  [ fun noise -> Oscillations.Sines([ 1.0 ], 50.0, 20000, noise)
                    fun noise -> Oscillations.Damped(0.1, 50.0, 20000, noise)
                    fun noise -> Oscillations.Driven(0.1, 1.0, 2.0, 50.0, 20000, noise) ] do
                  let noisy = make 0.3
                  Expect.floatClose { absolute = 0.01; relative = 0.0 } (deviation noisy (make 0.0)) 0.3 noisy.Name
                  Expect.equal (make 0.3).Values noisy.Values "values"
                  Expect.equal (make 0.3).Files[0] noisy.Files[0] "checksum"
                  Expect.notEqual (make 0.2).Files[0].Sha256 noisy.Files[0].Sha256 "other noise, other checksum"
          }
          test "draws differ by their noise alone" {
              let values draw noise =
                  Oscillations.Sines([ 1.0 ], 50.0, 2000, noise, draw).Values |> Array.map float

              let exact = values 1 0.0
              Expect.equal (values 2 0.0) exact "without noise there is nothing to draw"
              let first, second = values 1 0.1, values 2 0.1
              Expect.equal (values 1 0.1) first "the same each time"
              let noises = Array.map2 (-) first exact, Array.map2 (-) second exact
              let correlation = noises ||> Array.map2 (*) |> Array.average |> fun c -> c / 0.01
              Expect.isLessThan (abs correlation) 0.1 "independent draws"
          }
          test "the file's name says what it was computed from" {
              let name (series: Series) = series.Files[0].Name

              Expect.equal
                  (name (Oscillations.Sines([ 1.0; 2.5 ], 50.0, 10, 0.1)))
                  "sines (generated, seed 2026, frequencies 1 2.5, span 50, points 10, noise 0.1)"
                  "sines"

              Expect.stringEnds
                  (name (Oscillations.Sines([ 1.0 ], 50.0, 10, 0.1, 3)))
                  "noise 0.1, draw 3)"
                  "another draw is told"

              Expect.equal
                  (name (Oscillations.Damped(0.5, 50.0, 10, 0.0)))
                  "damped (generated, seed 2026, damping 0.5, span 50, points 10, noise 0)"
                  "damped"
          }
          test "settings out of range" {
              let refused parts make = userError parts make |> ignore
              refused [ "sines"; "no frequency" ] (fun () -> Oscillations.Sines([], 1.0, 10, 0.0))
              refused [ "sines"; "NaN" ] (fun () -> Oscillations.Sines([ nan ], 1.0, 10, 0.0))

              for span in [ 0.0; -1.0; nan; infinity ] do
                  refused [ "sines"; "span" ] (fun () -> Oscillations.Sines([ 1.0 ], span, 10, 0.0))

              for points in [ Int32.MinValue; 0; 1; Int32.MaxValue ] do
                  refused [ "damped"; "points" ] (fun () -> Oscillations.Damped(0.1, 1.0, points, 0.0))

              for noise in [ -0.1; nan; infinity ] do
                  refused [ "damped"; "noise" ] (fun () -> Oscillations.Damped(0.1, 1.0, 10, noise))

              for damping in [ -0.1; nan; infinity ] do
                  refused [ "damped"; "damping" ] (fun () -> Oscillations.Damped(damping, 1.0, 10, 0.0))
                  refused [ "driven"; "damping" ] (fun () -> Oscillations.Driven(damping, 1.0, 1.0, 1.0, 10, 0.0))

              refused [ "driven"; "drive" ] (fun () -> Oscillations.Driven(0.1, nan, 1.0, 1.0, 10, 0.0))
              refused [ "driven"; "frequency" ] (fun () -> Oscillations.Driven(0.1, 1.0, infinity, 1.0, 10, 0.0))
              refused [ "driven"; "shorter" ] (fun () -> Oscillations.Driven(0.1, 1.0, 1e300, 1.0, 10, 0.0))
              refused [ "driven"; "shorter" ] (fun () -> Oscillations.Driven(0.1, 1.0, 1.0, 1e300, 10, 0.0))
              refused [ "driven"; "float32" ] (fun () -> Oscillations.Driven(0.1, 1e200, 1.0, 1.0, 10, 0.0))
          } ]
