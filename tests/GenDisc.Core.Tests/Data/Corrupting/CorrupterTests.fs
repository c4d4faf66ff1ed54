module GenDisc.Core.Tests.Data.Corrupting.CorrupterTests

open System
open Expecto
open FsCheck.FSharp
open GenDisc.Core.Data
open GenDisc.Core.Data.Corrupting
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Data.Expecting

let private images (shape: int list) n (value: int -> float32) =
    let size = List.reduce (*) shape
    Dataset.OfValues("images", shape, memory (Array.init (n * size) value), memory (Array.zeroCreate n), [ "all" ])

/// Real numbers in [0, 1] that differ from each other.
let private drawn seed shape n =
    let stream = RandomStream(seed, "corrupter")
    images shape n (fun _ -> float32 (stream.NextDouble()))

let private pixels (shape: int list) n seed =
    let stream = RandomStream(seed, "corrupter")
    let size = List.reduce (*) shape
    let bytes = Array.init (n * size) (fun _ -> byte (stream.NextInt 256))
    Dataset.OfPixels("pixels", shape, memory bytes, memory (Array.zeroCreate n), [ "all" ])

let private vectors n size =
    Dataset.OfTargets("vectors", [ size ], memory (Array.init (n * size) float32), 1, memory (Array.zeroCreate n))

let private everything (data: Dataset) = [| 0 .. data.Count - 1 |]

let private corrupt (data: Dataset) (corruption: Corruption) =
    Corrupter.Corrupt(data, ReadOnlySpan(everything data), corruption, 3L, "test")

let private row (data: Dataset) i =
    let example = Array.zeroCreate<float32> data.ExampleSize
    Examples.Read(data, i, Span example)
    example

let private close (a: float) (b: float) message =
    Expect.floatClose { absolute = 2e-6; relative = 0.0 } a b message

let private mean (numbers: float32[]) = numbers |> Array.averageBy float

let private every: Corruption list =
    [ GaussianNoise 0.3; GaussianBlur 1.2; Rotation 25.0; MissingPixels 0.4 ]

/// A side of an image, a deviation of a blur that fits it, and a seed.
let private blurs =
    Gen.zip3 (Gen.choose (1, 9)) (Gen.choose (1, 100)) (Gen.choose (0, 100000))
    |> Gen.map (fun (side, share, seed) -> side, float (side * share) / 100.0, int64 seed)
    |> Arb.fromGen

let tests =
    testList
        "Corrupter"
        [ testProperty
              "a blur keeps every channel's mean, and images of one colour"
              (Prop.forAll blurs (fun (side, deviation, seed) ->
                  let shape = [ 3; side; 7 ]
                  let data = drawn seed shape 2
                  let blurred = corrupt data (GaussianBlur deviation)
                  let flat = images shape 1 (fun _ -> 0.6f)

                  for i in 0..1 do
                      for before, after in
                          Seq.zip
                              (Array.chunkBySize (side * 7) (row data i))
                              (Array.chunkBySize (side * 7) (row blurred i)) do
                          close (mean before) (mean after) "mean"

                  for number in row (corrupt flat (GaussianBlur deviation)) 0 do
                      close (float number) 0.6 "one colour"))

          test "a blur spreads a point by its Gaussian, and not from channel to channel" {
              let at = 4 * 9 + 4
              let data = images [ 2; 9; 9 ] 1 (fun i -> if i = at then 1f else 0f)
              let blurred = row (corrupt data (GaussianBlur 0.8)) 0
              let weight k = exp (-0.5 * float (k * k) / 0.64)
              let total = List.sumBy weight [ -4 .. 4 ]

              for y in 0..8 do
                  for x in 0..8 do
                      let expected = weight (y - 4) * weight (x - 4) / (total * total)
                      close (float blurred[y * 9 + x]) expected $"({y}, {x})"

              Expect.all blurred[81..] (fun number -> number = 0f) "the other channel"
          }

          test "at their least, corruptions change nothing at all" {
              let least: Corruption list =
                  [ GaussianNoise 0.0; GaussianBlur 0.0; Rotation 0.0; MissingPixels 0.0 ]

              for corruption in least do
                  let data = pixels [ 1; 5; 4 ] 3 1L
                  Expect.equal ((corrupt data corruption).Pixels.ToArray()) (data.Pixels.ToArray()) $"{corruption}"
                  let data = drawn 2L [ 1; 4; 5 ] 3
                  Expect.equal ((corrupt data corruption).Values.ToArray()) (data.Values.ToArray()) $"{corruption}"
          }

          test "four quarter turns come back, and one is clockwise" {
              let data = pixels [ 3; 6; 6 ] 2 4L
              let quarter (data: Dataset) = corrupt data (Rotation 90.0)
              let once = quarter data
              Expect.notEqual (once.Pixels.ToArray()) (data.Pixels.ToArray()) "turned"
              Expect.equal ((row once 0)[5]) ((row data 0)[0]) "the upper left corner is the upper right one"
              Expect.equal ((once |> quarter |> quarter |> quarter).Pixels.ToArray()) (data.Pixels.ToArray()) "and back"
          }

          test "noise has its deviation, of vectors without bounds, of images within [0, 1]" {
              let data = vectors 1000 20
              let noisy = corrupt data (GaussianNoise 0.5)

              let added =
                  Array.map2 (fun (a: float32) b -> float (a - b)) (noisy.Values.ToArray()) (data.Values.ToArray())

              // 20,000 draws: four standard errors
              Expect.isLessThan (abs (Array.average added)) (4.0 * 0.5 / sqrt 20000.0) "mean"
              let variance = added |> Array.averageBy (fun x -> x * x)
              Expect.isLessThan (abs (variance - 0.25)) (4.0 * 0.25 * sqrt (2.0 / 20000.0)) "variance"

              let image =
                  row (corrupt (images [ 1; 40; 40 ] 1 (fun _ -> 0f)) (GaussianNoise 0.5)) 0

              Expect.all image (fun x -> x >= 0f && x <= 1f) "within"
              Expect.contains image 0f "at the lower bound"
              Expect.contains image 1f "at the upper bound"
          }

          test "missing numbers read 0, at their rate; the others stay, and are told apart" {
              let data = images [ 1; 20; 20 ] 50 (fun i -> 0.25f + float32 (i % 7) / 10f)
              let missing = MissingPixels 0.3
              let rows = everything data
              let holed = (corrupt data missing).Values.ToArray()
              let seen = Corrupter.Seen(data, ReadOnlySpan rows, missing, 3L, "test")
              let share = seen |> Array.averageBy (fun s -> if s then 0.0 else 1.0)
              // 20,000 draws: four standard errors
              Expect.isLessThan (abs (share - 0.3)) (4.0 * sqrt (0.21 / 20000.0)) "rate"
              let original = data.Values.ToArray()
              Expect.equal holed (Array.map2 (fun s x -> if s then x else 0f) seen original) "as told"
              let more = Corrupter.Seen(data, ReadOnlySpan rows, MissingPixels 0.6, 3L, "test")
              Expect.all (Array.zip seen more) (fun (s, m) -> s || not m) "a higher rate hides these too"
          }

          test "an example depends on seed, stream and row alone" {
              let data = pixels [ 1; 6; 5 ] 20 5L

              for corruption in every do
                  let whole = corrupt data corruption
                  let one = Corrupter.Corrupt(data, ReadOnlySpan [| 17; 4 |], corruption, 3L, "test")

                  for i in 0..19 do
                      let expected = if i = 17 || i = 4 then row whole i else row data i
                      Expect.equal (row one i) expected $"{corruption}: row {i}"

              let drawn: Corruption list = [ GaussianNoise 0.3; MissingPixels 0.4 ]

              for corruption in drawn do
                  let other seed stream =
                      Corrupter.Corrupt(data, ReadOnlySpan(everything data), corruption, seed, stream).Pixels.ToArray()

                  Expect.equal (other 3L "test") (other 3L "test") "the same again"
                  Expect.notEqual (other 3L "test") (other 4L "test") "another seed"
                  Expect.notEqual (other 3L "test") (other 3L "train") "another part"
          }

          test "storage, labels, targets and names stay" {
              let data = pixels [ 1; 3; 3 ] 4 6L
              let noisy = corrupt data (GaussianNoise 0.1)
              Expect.equal noisy.Pixels.Length data.Pixels.Length "bytes"
              Expect.isTrue noisy.Values.IsEmpty "no floats"
              Expect.equal noisy.Name data.Name "name"
              Expect.equal (noisy.Labels.ToArray()) (data.Labels.ToArray()) "labels"
              let vectors = vectors 3 2
              Expect.equal ((corrupt vectors (GaussianNoise 0.1)).Targets.Length) 3 "targets"
          }

          test "what does not fit is told" {
              let vectors = vectors 3 2
              let image = drawn 1L [ 1; 4; 6 ] 1

              let wrong: (Dataset * Corruption * string) list =
                  [ vectors, GaussianBlur 1.0, "blur needs images"
                    vectors, Rotation 1.0, "rotation needs images"
                    image, GaussianBlur 6.5, "0 to the longer side, 6"
                    image, GaussianBlur nan, "blur of NaN"
                    image, Rotation 181.0, "-180 to 180"
                    image, GaussianNoise -0.1, "at least 0"
                    image, GaussianNoise infinity, "finite"
                    image, MissingPixels 1.1, "0 to 1" ]

              for data, corruption, says in wrong do
                  userError [ data.Name; says ] (fun () -> corrupt data corruption) |> ignore

              let sequences =
                  Dataset.OfSequences(
                      "waves",
                      2,
                      1,
                      memory (Array.zeroCreate 4),
                      ReadOnlyMemory(),
                      memory [| 0; 0 |],
                      [ "all" ]
                  )

              userError [ "waves"; "not for sequences" ] (fun () -> corrupt sequences (GaussianNoise 0.1))
              |> ignore
          } ]
