/// Precision, recall, density and coverage, class balance and means of examples.
module GenDisc.Core.Tests.Evaluation.Generative.NearestManifoldTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Evaluation.Generative
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Evaluation.Drawn

let private line (values: float list) =
    tensorOf [ values.Length; 1 ] (Array.ofList values)

let private scores (m: NearestManifold) =
    [ m.Precision; m.Recall; m.Density; m.Coverage ]

let private stream name = RandomStream(6L, name)

/// From the definitions, row by row.
let private byHand k (real: float[][]) (generated: float[][]) =
    let distance a b =
        Array.map2 (fun x y -> (x - y) ** 2.0) a b |> Array.sum |> sqrt

    let reach (rows: float[][]) =
        rows |> Array.map (fun a -> (rows |> Array.map (distance a) |> Array.sort)[k])

    let share test rows =
        rows |> Array.averageBy (fun r -> if test r then 1.0 else 0.0)

    let near, far = reach real, reach generated
    let within radius (centre: float[]) x = distance centre x <= radius

    let balls x =
        Array.map2 (fun r c -> if within r c x then 1.0 else 0.0) near real |> Array.sum

    [ generated |> share (fun x -> balls x > 0.0)
      real |> share (fun x -> Array.exists2 (fun r c -> within r c x) far generated)
      (generated |> Array.sumBy balls) / float (k * generated.Length)
      Array.zip near real
      |> share (fun (r, c) -> generated |> Array.exists (within r c)) ]

let tests =
    testList
        "NearestManifold"
        [ torchTest "by hand" (fun () ->
              // balls of real rows: [-1, 1], [0, 2], [-1, 3], [8, 12]; of generated ones: [-9.5, 10.5] and the like
              let real, generated = line [ 0.0; 1.0; 2.0; 10.0 ], line [ 0.5; 0.6; 30.0; 31.0 ]
              let m = NearestManifold.Of(real, generated, 1)
              // reaches 1, 1, 1, 8 of real rows and 0.1, 0.1, 1, 1 of generated ones
              Expect.equal m.InReal [| 2.0; 2.0; 0.0; 0.0 |] "balls"
              Expect.equal (scores m) [ 0.5; 0.0; 1.0; 0.5 ] "scores")
          torchTest "equal sets have all, rows far off nothing" (fun () ->
              let rows = tensorOf [ 40; 3 ] (gaussians (stream "rows") 120)
              let same = NearestManifold.Of(rows, rows)
              Expect.equal [ same.Precision; same.Recall; same.Coverage ] [ 1.0; 1.0; 1.0 ] "same"
              Expect.isGreaterThanOrEqual same.Density 1.0 "density"
              Expect.equal (scores (NearestManifold.Of(rows, rows + 1000.0))) [ 0.0; 0.0; 0.0; 0.0 ] "far off")
          torchTest "one mode of two: precise, but not all is recalled or covered" (fun () ->
              let mode name at =
                  tensorOf [ 100; 2 ] (gaussians (stream name) 200) + at

              let real = torch.cat [| mode "first" 0.0; mode "second" 50.0 |]
              let m = NearestManifold.Of(real, mode "generated" 0.0)
              Expect.isGreaterThan m.Precision 0.9 "precision"
              Expect.isLessThan m.Recall 0.51 "recall"
              Expect.isLessThan m.Coverage 0.51 "coverage")
          torchLaw "as the definitions say, and whatever is scaled and moved" (fun batch width stream ->
              let k = 1 + stream.NextInt 3

              let rows n =
                  Array.init n (fun _ -> gaussians stream width)

              let real, generated = rows (k + batch + 3), rows (k + 1 + stream.NextInt 6)

              let of' (rows: float[][]) =
                  tensorOf [ rows.Length; width ] (Array.concat rows)

              let found = NearestManifold.Of(of' real, of' generated, k)
              let moved = NearestManifold.Of(of' real * 4.0 + 8.0, of' generated * 4.0 + 8.0, k)
              let expected = Array.ofList (byHand k real generated)

              allClose 1e-12 expected (Array.ofList (scores found))
              && allClose 1e-12 expected (Array.ofList (scores moved)))
          torchTest "intervals hold their figures" (fun () ->
              let rows name =
                  tensorOf [ 100; 2 ] (gaussians (stream name) 200)

              let m = NearestManifold.Of(rows "real", 1.2 * rows "generated")
              let found = m.Intervals(stream "again")

              for name, value in List.zip [ "precision"; "recall"; "density"; "coverage" ] (scores m) do
                  let interval = found[name]
                  Expect.isTrue (interval.Low <= value && value <= interval.High) name
                  Expect.isLessThan (interval.High - interval.Low) 0.5 name)
          torchTest "too few rows are refused" (fun () ->
              let refused (real: torch.Tensor) (generated: torch.Tensor) k =
                  Expect.throwsT<ArgumentException>
                      (fun () -> NearestManifold.Of(real, generated, k) |> ignore)
                      "refused"

              refused (torch.zeros (5L, 2L)) (torch.zeros (6L, 2L)) 5
              refused (torch.zeros (6L, 2L)) (torch.zeros (5L, 2L)) 5
              refused (torch.zeros (6L, 2L)) (torch.zeros (6L, 3L)) 5

              Expect.throwsT<ArgumentOutOfRangeException>
                  (fun () -> NearestManifold.Of(torch.zeros (6L, 2L), torch.zeros (6L, 2L), 0) |> ignore)
                  "no neighbour")
          testCase "class balance by hand" (fun () ->
              // 2×2 table 30, 10 / 20, 20: expected 25, 15 on either side
              let found = ClassBalance.Of([ 30; 10; 0 ], [ 20; 20; 0 ])
              Expect.isTrue (close 1e-12 (50.0 / 25.0 + 50.0 / 15.0) found.Statistic) $"{found.Statistic}"
              Expect.equal found.Freedom 1 "freedom"
              Expect.isTrue (close 1e-3 0.0209 found.PValue) $"{found.PValue}"
              Expect.equal (ClassBalance.Of([ 3 ], [ 9 ])) (ClassBalance(0.0, 0, 1.0)) "one class"

              for generated, real in [ [ 1 ], [ 1; 2 ]; [ -1; 2 ], [ 1; 2 ]; [ 0; 0 ], [ 1; 2 ] ] do
                  Expect.throwsT<ArgumentException> (fun () -> ClassBalance.Of(generated, real) |> ignore) "refused")
          law "class balance: nothing against equal shares" (fun stream ->
              let counts = List.init 4 (fun _ -> 1 + stream.NextInt 50)
              let found = ClassBalance.Of(counts |> List.map ((*) 3), counts)
              found.Statistic < 1e-9 && close 1e-9 1.0 found.PValue)
          testCase "interval of a mean" (fun () ->
              let values = Array.init 400 (fun i -> float (i % 2))
              let found = Means.IntervalOf(values, stream "mean")
              // 0.5 ± 1.96 · 0.5 / 20
              Expect.isLessThan (abs (found.Low - 0.451)) 0.01 "low"
              Expect.isLessThan (abs (found.High - 0.549)) 0.01 "high"
              let one = Means.IntervalOf([| 3.0 |], stream "mean")
              Expect.equal (one.Low, one.High) (3.0, 3.0) "one") ]
