module GenDisc.Core.Tests.Data.Synthetic.TrajectoriesTests

open System
open Expecto
open GenDisc.Core.Data
open GenDisc.Core.Data.Synthetic
open GenDisc.Core.Tests.Data.Expecting

/// Column j, in order of time.
let private column j (series: Series) =
    [| for t in 0 .. series.Steps - 1 -> float series.Values[t * series.Columns.Length + j] |]

let private rotation =
    Flow(fun _ s rates ->
        rates[0] <- s[1]
        rates[1] <- -s[0])

let private lorenz = Flow(fun t s rates -> Trajectories.LorenzFlow(t, s, rates))

/// The state so many steps later.
let private advanced (flow: Flow) (start: float array) step steps =
    let state = Array.copy start
    RungeKutta(flow, start.Length).Advance(0.0, state, step, steps)
    state

let private onAttractor () =
    Trajectories.Lorenz(1.0, 2, 0.0).Values[..2] |> Array.map float

let private distance (a: float array) (b: float array) =
    Array.fold2 (fun sum x y -> sum + (x - y) ** 2.0) 0.0 a b |> sqrt

let tests =
    testList
        "Trajectories"
        [ test "the integrator is of order 4" {
              let error steps =
                  distance (advanced rotation [| 1.0; 0.0 |] (2.0 / float steps) steps) [| cos 2.0; -(sin 2.0) |]

              for steps in [ 20; 40; 80 ] do
                  let ratio = error steps / error (2 * steps)

                  Expect.floatClose
                      { absolute = 1.0; relative = 0.0 }
                      ratio
                      16.0
                      "half the step, a sixteenth of the error"
          }
          test "the integrator is exact for cubic growth, time included" {
              let cubic = Flow(fun t _ rates -> rates[0] <- 4.0 * t * t * t)
              let end' = advanced cubic [| 0.0 |] 0.5 6
              Expect.floatClose Accuracy.high end'[0] 81.0 "t⁴ at 3"
          }
          test "Lorenz's flow rests at its fixed points" {
              let root = sqrt 72.0

              for point in [ [| 0.0; 0.0; 0.0 |]; [| root; root; 27.0 |]; [| -root; -root; 27.0 |] ] do
                  let rates = Array.create 3 nan
                  Trajectories.LorenzFlow(0.0, ReadOnlySpan point, Span rates)
                  Expect.isLessThan (rates |> Array.map abs |> Array.max) 1e-12 "no motion"
          }
          test "a Lorenz trajectory stays in the known ball and turns about both wings" {
              let series = Trajectories.Lorenz(100.0, 5001, 0.0)
              Expect.equal (series.Steps, List.ofSeq series.Columns) (5001, [ "x"; "y"; "z" ]) "sizes"
              let x, y, z = column 0 series, column 1 series, column 2 series
              // Leonov 1987: x² + y² + (z − σ − ρ)² ≤ (β (σ + ρ))² / (4 (β − 1)).
              let radius = (8.0 / 3.0 * 38.0) / (2.0 * sqrt (5.0 / 3.0))

              for i in 0..5000 do
                  let from = sqrt (x[i] ** 2.0 + y[i] ** 2.0 + (z[i] - 38.0) ** 2.0)
                  Expect.isLessThan from radius "in the ball"
                  Expect.isGreaterThan z[i] 0.0 "z"

              Expect.isTrue (Array.max x > 10.0 && Array.min x < -10.0) "both wings"
              Expect.floatClose { absolute = 1.0; relative = 0.0 } (Array.average z) 23.5 "mean of z"
          }
          test "halving Lorenz's step changes little before chaos does" {
              let start = onAttractor ()

              let once, twice =
                  advanced lorenz start 0.001 2000, advanced lorenz start 0.0005 4000

              Expect.isLessThan (distance once twice) 1e-8 "two units of time"
          }
          test "neighbouring Lorenz states part" {
              let start = onAttractor ()
              let beside = [| start[0] + 1e-8; start[1]; start[2] |]

              let apart steps =
                  distance (advanced lorenz start 0.001 steps) (advanced lorenz beside 0.001 steps)

              Expect.isLessThan (apart 1000) 1e-5 "still together"
              Expect.isGreaterThan (apart 30000) 1.0 "far apart"
          }
          test "more points are the same trajectory" {
              let coarse, fine =
                  Trajectories.Lorenz(4.0, 5, 0.0), Trajectories.Lorenz(4.0, 41, 0.0)

              let expected =
                  column 0 fine
                  |> Array.indexed
                  |> Array.filter (fun (i, _) -> i % 10 = 0)
                  |> Array.map snd

              for a, b in Array.zip (column 0 coarse) expected do
                  Expect.floatClose { absolute = 1e-4; relative = 0.0 } a b "x"
          }
          test "van der Pol's limit cycle has an amplitude of 2 and its period" {
              // Periods by perturbation, 2 pi (1 + mu² / 16), and Urabe 1960 for mu = 5.
              for mu, period in [ 0.1, 2.0 * Math.PI * (1.0 + 0.01 / 16.0); 5.0, 11.6122 ] do
                  let series = Trajectories.VanDerPol(mu, 200.0, 200001, 0.0)
                  let x = column 0 series |> Array.skip 100000
                  Expect.floatClose { absolute = 0.03; relative = 0.0 } (Array.max x) 2.0 "amplitude"

                  let crossings =
                      [ for i in 1 .. x.Length - 1 do
                            if x[i - 1] < 0.0 && x[i] >= 0.0 then
                                float i - x[i] / (x[i] - x[i - 1]) ]

                  let measured =
                      0.001 * (List.last crossings - crossings.Head) / float (crossings.Length - 1)

                  Expect.floatClose { absolute = 2e-3; relative = 0.0 } measured period $"period at {mu}"
          }
          test "van der Pol's v is the derivative of x, and without mu it is a circle" {
              let series = Trajectories.VanDerPol(0.0, 10.0, 101, 0.0)
              Expect.equal (List.ofSeq series.Columns) [ "x"; "v" ] "columns"

              let x, v = column 0 series, column 1 series

              for i in 0..100 do
                  Expect.floatClose Accuracy.medium x[i] (2.0 * cos (0.1 * float i)) "x"
                  Expect.floatClose Accuracy.medium v[i] (-2.0 * sin (0.1 * float i)) "v"
          }
          test "a stiff van der Pol oscillator stays on its cycle" {
              let x = Trajectories.VanDerPol(100.0, 400.0, 4001, 0.0) |> column 0
              Expect.isLessThan (x |> Array.map abs |> Array.max) 2.01 "amplitude"
              Expect.isLessThan (Array.min x) -1.9 "both branches"
          }
          test "noise has its deviation on every column, and comes again" {
              for make in
                  [ fun noise -> Trajectories.Lorenz(10.0, 10000, noise)
                    fun noise -> Trajectories.VanDerPol(1.0, 10.0, 10000, noise) ] do
                  let noisy, exact = make 0.5, make 0.0

                  for j in 0 .. noisy.Columns.Length - 1 do
                      let difference = Array.map2 (-) (column j noisy) (column j exact)
                      let deviation = difference |> Array.averageBy (fun d -> d * d) |> sqrt
                      Expect.floatClose { absolute = 0.02; relative = 0.0 } deviation 0.5 noisy.Columns[j]

                  Expect.equal (make 0.5).Values noisy.Values "values"
          }
          test "settings out of range" {
              let refused parts make = userError parts make |> ignore
              refused [ "lorenz"; "span" ] (fun () -> Trajectories.Lorenz(-1.0, 10, 0.0))
              refused [ "lorenz"; "points" ] (fun () -> Trajectories.Lorenz(1.0, 1, 0.0))
              refused [ "lorenz"; "noise" ] (fun () -> Trajectories.Lorenz(1.0, 10, nan))
              refused [ "lorenz"; "shorter" ] (fun () -> Trajectories.Lorenz(1e9, 10, 0.0))
              refused [ "van-der-pol"; "mu" ] (fun () -> Trajectories.VanDerPol(-1.0, 1.0, 10, 0.0))
              refused [ "van-der-pol"; "shorter" ] (fun () -> Trajectories.VanDerPol(1e12, 1.0, 10, 0.0))
          } ]
