module GenDisc.Core.Tests.Evaluation.Comparisons.McNemarTests

open System
open Expecto
open GenDisc.Core.Evaluation.Comparisons
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Evaluation.Drawn

let private near expected (actual: float) what =
    Expect.isLessThan (abs (actual - expected)) (1e-12 * max 1e-9 (abs expected)) $"{what}: {actual}, not {expected}"

/// Row n of Pascal's triangle over 2ⁿ.
let private binomial n =
    let next (row: float array) =
        Array.init (row.Length + 1) (fun k ->
            ((if k > 0 then row[k - 1] else 0.0) + (if k < row.Length then row[k] else 0.0))
            / 2.0)

    Seq.init n ignore |> Seq.fold (fun row () -> next row) [| 1.0 |]

let tests =
    testList
        "McNemar"
        [ testCase "by hand" (fun () ->
              // 2 (1 + 10 + 45)/1024
              let m = McNemar.Of(2, 8)
              near (112.0 / 1024.0) m.PValue "p"
              near (67.0 / 1024.0) m.MidP "less the 45 of 2 itself"
              near 0.25 m.OddsRatio "odds"
              near (2.0 / 32.0) (McNemar.Of(5, 0)).PValue "five to none"
              near (1.0 / 32.0) (McNemar.Of(5, 0)).MidP "half of it"
              near 1.0 (McNemar.Of(3, 3)).PValue "even"
              near (1.0 - 20.0 / 128.0) (McNemar.Of(3, 3)).MidP "even")
          testCase "no example tells them apart" (fun () ->
              let m = McNemar.Of([| true; false; true |], [| true; false; true |])
              Expect.equal (m.More, m.Less, m.PValue, m.MidP) (0, 0, 1.0, 1.0) "the same"
              Expect.isTrue (Double.IsNaN m.OddsRatio) "0/0"
              Expect.equal (McNemar.Of(3, 0)).OddsRatio infinity "one way")
          testCase "counts of examples" (fun () ->
              let m =
                  McNemar.Of([| true; true; true; false; false |], [| false; false; true; true; false |])

              Expect.equal (m.More, m.Less) (2, 1) "discordant"

              Expect.throwsT<ArgumentException>
                  (fun () -> McNemar.Of([| true |], [||]) |> ignore)
                  "not the same examples"

              Expect.throwsT<ArgumentOutOfRangeException> (fun () -> McNemar.Of(-1, 2) |> ignore) "a count below 0")
          testCase "large counts neither overflow nor lose their digits" (fun () ->
              // R: binom.test(400, 1000)$p.value 2.728e-10; the normal tail (6.29) says about 3.2e-10
              let p = (McNemar.Of(400, 600)).PValue
              Expect.isTrue (p > 2.6e-10 && p < 2.9e-10) $"{p}"
              near (McNemar.Of(600, 400)).PValue p "either way"
              Expect.equal (McNemar.Of(0, 5000)).PValue 0.0 "2⁻⁴⁹⁹⁹ is too small for a number"
              let even = McNemar.Of(50_000, 50_000)
              Expect.equal even.PValue 1.0 "even"
              // Stirling: P(X = n/2) = √(2/(π n)) (1 − 1/(4n))
              near ((1.0 - even.MidP) * 2.0) (sqrt (2.0 / (Math.PI * 1e5)) * (1.0 - 1.0 / 4e5 + 1.0 / 3.2e11)) "middle")
          law "the tails of Pascal's triangle" (fun stream ->
              let more, less = between 0 40 stream, between 0 40 stream
              let row = binomial (more + less)
              let k = min more less
              let tail = Array.sum row[..k]
              let m = McNemar.Of(more, less)
              close 1e-12 (min 1.0 (2.0 * tail)) m.PValue && m.MidP <= m.PValue)
          testCase "its size is at most 5 %, for every number of discordant examples" (fun () ->
              for n in 1..200 do
                  let row = binomial n

                  let size level (p: McNemar -> float) =
                      Seq.sum
                          [ for k in 0..n do
                                if p (McNemar.Of(k, n - k)) <= level then
                                    row[k] ]

                  Expect.isLessThanOrEqual (size 0.05 _.PValue) (0.05 + 1e-12) $"exact, {n}"
                  Expect.isLessThan (size 0.05 _.MidP) 0.08 $"mid-p, {n}")
          testCase "two classifiers of one accuracy are told apart in at most 5 % of test sets" (fun () ->
              let stream = RandomStream(7L, "null")
              let studies = 4000

              let right () =
                  Array.init 300 (fun _ -> stream.NextDouble() < 0.9)

              let found =
                  Seq.init studies (fun _ -> McNemar.Of(right (), right ()))
                  |> Seq.filter (fun m -> m.PValue < 0.05)
                  |> Seq.length

              let share = float found / float studies
              Expect.isTrue (share > 0.01 && share <= 0.05) $"{share}") ]
