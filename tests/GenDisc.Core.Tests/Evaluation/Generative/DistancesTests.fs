/// Distances between sets of rows, against closed forms and by their laws.
module GenDisc.Core.Tests.Evaluation.Generative.DistancesTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Evaluation.Generative
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Evaluation.Drawn

let private diagonal (values: float list) =
    torch.diag (tensorOf [ values.Length ] (Array.ofList values))

let private vector (values: float list) =
    tensorOf [ values.Length ] (Array.ofList values)

let private stream name = RandomStream(5L, name)

let private normal (stream: RandomStream) count width =
    tensorOf [ count; width ] (gaussians stream (count * width))

let private turn (stream: RandomStream) width =
    let struct (q, _) = torch.linalg.qr (normal stream width width)
    q

let private rejects f =
    Expect.throwsT<ArgumentException> (f >> ignore) "too few rows, or of another width"

let tests =
    testList
        "Distances"
        [ torchTest "Frechet: known Gaussians" (fun () ->
              // Σ (σ₁ − σ₂)² + ‖μ₁ − μ₂‖² where the axes agree
              let found =
                  FrechetDistance.OfGaussians(
                      vector [ 1.0; 2.0; 0.0 ],
                      diagonal [ 4.0; 9.0; 0.0 ],
                      vector [ 0.0; 4.0; 0.0 ],
                      diagonal [ 1.0; 25.0; 0.0 ]
                  )

              Expect.isTrue (close 1e-12 (5.0 + 1.0 + 4.0) found) $"{found}")
          torchTest "Frechet: rows by hand" (fun () ->
              let a, b = tensorOf [ 2; 1 ] [| -1.0; 1.0 |], tensorOf [ 3; 1 ] [| 4.0; 5.0; 6.0 |]
              // variances 2 and 1, means 0 and 5
              Expect.isTrue (close 1e-12 (25.0 + (sqrt 2.0 - 1.0) ** 2.0) (FrechetDistance.Of(a, b))) "value")
          torchLaw "Frechet: 0 between equal rows, singular or not" (fun batch width stream ->
              let rows = normal stream (batch + 1) width
              FrechetDistance.Of(rows, rows) < 1e-6)
          torchLaw "Frechet: symmetric, and the same however both are turned and moved" (fun batch width stream ->
              let a, b = normal stream (batch + 8) width, 2.0 * normal stream (batch + 9) width
              let found = FrechetDistance.Of(a, b)
              let q, shift = turn stream width, normal stream 1 width
              let moved (x: torch.Tensor) = x.mm (q) + shift

              close 1e-6 found (FrechetDistance.Of(b, a))
              && close 1e-6 found (FrechetDistance.Of(moved a, moved b)))
          torchTest "Frechet: the interval holds the estimate, and is the same each time" (fun () ->
              let a, b = normal (stream "a") 300 3, normal (stream "b") 300 3 + 1.0
              let found = FrechetDistance.Of(a, b)
              let interval = FrechetDistance.IntervalOf(a, b, stream "again")
              Expect.isLessThan interval.Low found "low"
              Expect.isGreaterThan interval.High found "high"
              Expect.isLessThan (abs (found - 3.0)) 1.0 "about ‖μ‖²"
              Expect.equal (FrechetDistance.IntervalOf(a, b, stream "again")) interval "again")
          torchTest "kernel distance by hand" (fun () ->
              // one block: k(1, 2) = 27 on one side, k(0, 0) = 1 on the other, 1 across
              let a, b = tensorOf [ 2; 1 ] [| 1.0; 2.0 |], tensorOf [ 2; 1 ] [| 0.0; 0.0 |]
              let found = KernelDistance.Of(a, b, stream "blocks")
              Expect.isTrue (close 1e-12 (27.0 + 1.0 - 2.0) found.Value) $"{found.Value}"
              Expect.equal found.Blocks 1 "one block"
              Expect.isTrue (Double.IsNaN found.Error) "no error of one")
          torchTest "kernel distance: about 0 of one distribution, far from 0 of two" (fun () ->
              let a, b = normal (stream "a") 1000 4, normal (stream "b") 1000 4
              let same = KernelDistance.Of(a, b, stream "blocks", 100)
              Expect.equal same.Blocks 10 "blocks"
              Expect.isLessThan (abs same.Value) (4.0 * same.Error) "same"
              let other = KernelDistance.Of(a, b + 1.0, stream "blocks", 100)
              Expect.isGreaterThan other.Value (4.0 * other.Error) "other")
          torchTest "kernel test by hand" (fun () ->
              // distances 0, 0 within and 1 across: σ = 1, and MMD² = 1 + 1 − 2 e^(−1/2)
              let a, b = tensorOf [ 2; 1 ] [| 0.0; 0.0 |], tensorOf [ 2; 1 ] [| 1.0; 1.0 |]
              let found = KernelTest.Of(a, b, stream "sides", 200)
              Expect.equal found.Bandwidth 1.0 "median"
              Expect.isTrue (close 1e-12 (2.0 - 2.0 * exp -0.5) found.Value) $"{found.Value}"
              // of the 6 ways to choose sides 2 are as far apart
              Expect.isLessThan (abs (found.PValue - 1.0 / 3.0)) 0.15 "p")
          torchTest "kernel test: equal rows are never told apart" (fun () ->
              let rows = torch.ones ([| 5L; 2L |], dtype = torch.float64)
              let found = KernelTest.Of(rows, rows, stream "sides", 50)
              Expect.equal (found.PValue, found.Bandwidth) (1.0, 1.0) "p and bandwidth")
          torchTest "kernel test: p is uniform of one distribution, small of two" (fun () ->
              let values =
                  [ for i in 1..60 ->
                        use _scope = torch.NewDisposeScope()
                        let s = stream $"same/{i}"
                        KernelTest.Of(normal s 30 2, normal s 40 2, s, 99).PValue ]

              let mean, error = meanAndError (Array.ofList values)
              Expect.isLessThan (abs (mean - 0.505)) (4.0 * error) "mean"
              Expect.isLessThan (values |> List.filter (fun p -> p <= 0.05) |> List.length) 11 "rejections"

              let other =
                  KernelTest.Of(normal (stream "a") 60 2, normal (stream "b") 60 2 + 1.0, stream "p", 99)

              Expect.equal other.PValue 0.01 "told apart")
          torchTest "too few rows and other widths are refused" (fun () ->
              let two, one, wide =
                  torch.zeros (2L, 2L), torch.zeros (1L, 2L), torch.zeros (2L, 3L)

              for a, b in [ two, one; one, two; two, wide ] do
                  rejects (fun () -> FrechetDistance.Of(a, b))
                  rejects (fun () -> KernelDistance.Of(a, b, stream "x"))
                  rejects (fun () -> KernelTest.Of(a, b, stream "x"))) ]
