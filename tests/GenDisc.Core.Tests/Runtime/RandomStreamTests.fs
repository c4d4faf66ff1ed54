module GenDisc.Core.Tests.Runtime.RandomStreamTests

open System
open System.Globalization
open Expecto
open FsCheck.FSharp
open GenDisc.Core.Runtime

let private first n (stream: RandomStream) =
    Array.init n (fun _ -> stream.NextUInt64())

let private law name check =
    testProperty name (Prop.forAll (Arb.fromGen (Gen.choose (0, 1000000) |> Gen.map int64)) check)

/// Pearson's χ² of counts against equal shares.
let private chiSquare (counts: int array) =
    let expected = float (Array.sum counts) / float counts.Length
    counts |> Array.sumBy (fun c -> (float c - expected) ** 2.0 / expected)

let private correlation (a: float array) (b: float array) =
    let ma, mb = Array.average a, Array.average b
    let covariance = Array.map2 (fun x y -> (x - ma) * (y - mb)) a b |> Array.sum

    let spread m v =
        v |> Array.sumBy (fun x -> (x - m) ** 2.0)

    covariance / sqrt (spread ma a * spread mb b)

let tests =
    testList
        "RandomStream"
        [ test "the sequence of seed 1, stream init, never changes" {
              // From an independent implementation of SHA-256 seeded xoshiro256** in Python.
              Expect.equal
                  (first 4 (RandomStream(1L, "init")))
                  [| 3730251279457906330UL
                     15168518656128156343UL
                     13802242124819747587UL
                     2471449270659898486UL |]
                  "seed 1"

              Expect.equal (first 1 (RandomStream(-1L, "init"))) [| 15560687907068031235UL |] "seed -1"
          }
          test "the sequence is the same under every culture" {
              let culture = CultureInfo.InvariantCulture.Clone() :?> CultureInfo
              culture.NumberFormat.NegativeSign <- "−"
              let before = CultureInfo.CurrentCulture

              try
                  CultureInfo.CurrentCulture <- culture
                  Expect.equal (first 1 (RandomStream(-1L, "init"))) [| 15560687907068031235UL |] "seed -1"
              finally
                  CultureInfo.CurrentCulture <- before
          }
          law "equal seed and name give equal sequences" (fun seed ->
              first 20 (RandomStream(seed, "noise")) = first 20 (RandomStream(seed, "noise")))
          law "another seed or name gives another sequence" (fun seed ->
              let reference = first 4 (RandomStream(seed, "noise"))

              reference <> first 4 (RandomStream(seed + 1L, "noise"))
              && reference <> first 4 (RandomStream(seed, "shuffle")))
          test "streams of different names are uncorrelated" {
              let n = 4000

              let values =
                  [ "init"; "shuffle"; "noise"; "dropout"; "sampling" ]
                  |> List.map (fun name ->
                      let stream = RandomStream(1L, name)
                      Array.init n (fun _ -> stream.NextDouble()))

              for i in 0..4 do
                  for j in 0 .. i - 1 do
                      Expect.isLessThan (abs (correlation values[i] values[j])) (4.0 / sqrt (float n)) $"{i} and {j}"
          }
          law "NextDouble lies in [0, 1) and NextInt below its bound" (fun seed ->
              let stream = RandomStream(seed, "range")
              let bound = 1 + int (seed % 1000L)

              Seq.forall
                  (fun _ ->
                      let u, k = stream.NextDouble(), stream.NextInt bound
                      u >= 0.0 && u < 1.0 && k >= 0 && k < bound)
                  (seq { 1..50 }))
          test "NextInt is unbiased" {
              let stream = RandomStream(7L, "dice")
              let counts = Array.zeroCreate 7

              for _ in 1..70000 do
                  let k = stream.NextInt 7
                  counts[k] <- counts[k] + 1

              // 22.46 is exceeded once in 1,000 by χ² with 6 degrees of freedom.
              Expect.isLessThan (chiSquare counts) 22.46 "seven equal sides"
          }
          test "NextInt needs a positive bound" {
              for bound in [ 0; -1; Int32.MinValue ] do
                  Expect.throwsT<ArgumentOutOfRangeException>
                      (fun () -> RandomStream(1L, "x").NextInt bound |> ignore)
                      $"{bound}"
          }
          test "NextGaussian has the moments of a standard normal" {
              let stream = RandomStream(3L, "gaussian")
              let n = 100000
              let values = Array.init n (fun _ -> stream.NextGaussian())

              let moment k =
                  values |> Array.averageBy (fun v -> v ** float k)
              // Var(z^k) = E z^2k − (E z^k)²: 1, 2, 15, 96.
              for k, expected, variance in [ 1, 0.0, 1.0; 2, 1.0, 2.0; 3, 0.0, 15.0; 4, 3.0, 96.0 ] do
                  Expect.isLessThan (abs (moment k - expected)) (4.0 * sqrt (variance / float n)) $"moment {k}"

              let a, b = values |> Array.pairwise |> Array.unzip
              Expect.isLessThan (abs (correlation a b)) (4.0 / sqrt (float n)) "neighbours are uncorrelated"
          }
          law "Shuffle is a permutation" (fun seed ->
              let items = [| 0 .. int (seed % 50L) |]
              let shuffled = Array.copy items
              RandomStream(seed, "shuffle").Shuffle(Span shuffled)
              Array.sort shuffled = items)
          test "Shuffle gives every order equally often" {
              let stream = RandomStream(5L, "shuffle")

              let orders =
                  Array.init 24000 (fun _ ->
                      let items = [| 0..3 |]
                      stream.Shuffle(Span items)
                      items)
                  |> Array.countBy id
                  |> Array.map snd

              Expect.equal orders.Length 24 "every order appears"
              // 49.73 is exceeded once in 1,000 by χ² with 23 degrees of freedom.
              Expect.isLessThan (chiSquare orders) 49.73 "equally often"
          } ]
