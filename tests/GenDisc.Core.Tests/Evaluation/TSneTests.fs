module GenDisc.Core.Tests.Evaluation.TSneTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Evaluation
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Evaluation.Drawn

/// n points in d dimensions around two centres, one point to each in turn.
let private clusters n d seed =
    let stream = RandomStream(seed, "clusters")

    tensorOf
        [ n; d ]
        [| for i in 0 .. n - 1 do
               for k in 0 .. d - 1 do
                   stream.NextGaussian() + if i % 2 = 1 && k = 0 then 15.0 else 0.0 |]

/// Share of points whose nearest neighbour is of their own cluster.
let private agreement (points: float array array) =
    let distance (a: float array) (b: float array) =
        (a[0] - b[0]) ** 2.0 + (a[1] - b[1]) ** 2.0

    points
    |> Array.mapi (fun i p ->
        let nearest =
            Seq.init points.Length id
            |> Seq.filter ((<>) i)
            |> Seq.minBy (fun j -> distance p points[j])

        if nearest % 2 = i % 2 then 1.0 else 0.0)
    |> Array.average

let private calibrated (distances: float array) self perplexity =
    let into = Array.zeroCreate distances.Length
    TSneAffinities.Calibrate(ReadOnlySpan distances, self, perplexity, into.AsSpan())
    into

let private entropy p =
    p |> Array.filter (fun v -> v > 0.0) |> Array.sumBy (fun v -> -v * log v)

let tests =
    testList
        "TSne"
        [ torchTest "clusters that lie apart stay apart" (fun () ->
              for n, d in [ 121, 5; 60, 100 ] do
                  let points = TSne.Of(clusters n d 1L, 15.0, 500)
                  Expect.equal (points.Length, points[0].Length) (n, 2) "shape"
                  Expect.all (Array.concat points) Double.IsFinite "finite"
                  Expect.isGreaterThanOrEqual (agreement points) 0.95 $"{d} dimensions"
                  Expect.isLessThan (abs (points |> Array.averageBy Array.head)) 1e-9 "centred")
          torchTest "neighbours on a line stay neighbours" (fun () ->
              let line = torch.arange(60L).``to``(torch.float32).reshape(60L, 1L)
              let points = TSne.Of(line, 5.0)

              let near =
                  Array.pairwise points
                  |> Array.map (fun (a, b) -> (a[0] - b[0]) ** 2.0 + (a[1] - b[1]) ** 2.0)

              let ends =
                  (points[0][0] - points[59][0]) ** 2.0 + (points[0][1] - points[59][1]) ** 2.0

              Expect.isLessThan (Array.max near) (ends / 100.0) "rows of one dimension unroll")
          torchTest "equal rows give equal pictures, whatever their unit" (fun () ->
              let rows = clusters 50 4 2L
              let points = TSne.Of(rows, 10.0, 100)
              Expect.equal (TSne.Of(rows, 10.0, 100)) points "again"
              let early rows = TSne.Of(rows, 10.0, 10) |> Array.concat
              Expect.isTrue (allClose 1e-6 (early rows) (early (rows * 1024.0))) "unit")
          law "each row has the perplexity asked for" (fun stream ->
              let n = between 10 60 stream
              let scale = Math.Pow(10.0, stream.Uniform(-6.0, 6.0))
              let distances = uniforms stream n |> Array.map ((*) scale)
              let self = stream.NextInt n
              let perplexity = stream.Uniform(2.0, float n / 3.0)
              let p = calibrated distances self perplexity

              p[self] = 0.0
              && close 1e-9 1.0 (Array.sum p)
              && abs (entropy p - log perplexity) < 1e-6)
          testCase "a row far from all others keeps its perplexity" (fun () ->
              let distances = Array.append [| 0.0 |] (Array.init 20 (fun i -> 1e8 + float i))
              Expect.isLessThan (abs (entropy (calibrated distances 0 5.0) - log 5.0)) 1e-6 "entropy")
          testCase "affinities are symmetric and add up to 1" (fun () ->
              let stream = RandomStream(1L, "rows")
              let rows = Array.init 20 (fun _ -> gaussians stream 3)
              let joint = TSneAffinities.Joint(rows, 5.0)
              let at i j = joint[i * 20 + j]
              Expect.isTrue (close 1e-9 1.0 (Array.sum joint)) "sum"

              for i in 0..19 do
                  Expect.equal (at i i) 0.0 "no neighbour of its own"

                  for j in 0..19 do
                      Expect.equal (at i j) (at j i) "symmetric")
          torchTest "few rows and equal rows have a picture" (fun () ->
              Expect.isEmpty (TSne.Of(torch.zeros (0L, 3L))) "none"
              Expect.equal (TSne.Of(torch.ones (1L, 3L))) [| [| 0.0; 0.0 |] |] "one"
              let two = TSne.Of(tensorOf [ 2; 2 ] [| 0.0; 0.0; 1.0; 2.0 |])
              Expect.all (Array.concat two) Double.IsFinite "two"
              Expect.isGreaterThan (abs (two[0][0] - two[1][0])) 1e-6 "apart"
              Expect.all (Array.concat (TSne.Of(torch.ones (7L, 3L)))) ((=) 0.0) "all equal") ]
