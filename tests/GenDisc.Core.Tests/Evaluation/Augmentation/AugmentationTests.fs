/// Copies and neighbours of generated examples, and data with examples added.
module GenDisc.Core.Tests.Evaluation.Augmentation.AugmentationTests

open System
open Expecto
open GenDisc.Core.Data
open GenDisc.Core.Evaluation.Augmentation
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Evaluation.Drawn

let private classes = [ "a"; "b" ]

/// Real numbers, row after row, of alternating classes.
let private values (rows: float list list) =
    let flat = rows |> List.concat |> List.map float32 |> Array.ofList
    let labels = Array.init rows.Length (fun i -> i % 2)
    Dataset.OfValues("rows", [ rows.Head.Length ], ReadOnlyMemory flat, ReadOnlyMemory labels, classes)

let private grey (rows: byte list list) =
    let flat = rows |> List.concat |> Array.ofList
    let labels = Array.init rows.Length (fun i -> i % 2)
    Dataset.OfPixels("grey", [ rows.Head.Length ], ReadOnlyMemory flat, ReadOnlyMemory labels, classes)

let private all rows = Split.All(values rows)

/// Standard normal rows.
let private normal (stream: RandomStream) count width =
    all (List.init count (fun _ -> List.init width (fun _ -> stream.NextGaussian())))

let private stream name = RandomStream(3L, name)

let private neighbours rows among others =
    NearestNeighbours.Of(rows, among, others)
    |> Array.map (fun n -> n.Place, n.Distance)

let private distance (a: Split) i (b: Split) j =
    Array.map2 (fun (x: float32) (y: float32) -> (float x - float y) ** 2.0) (a.Example i) (b.Example j)
    |> Array.sum
    |> sqrt

let tests =
    testList
        "Augmentation"
        [ testCase "nearest by hand" (fun () ->
              let among = all [ [ 0.0; 0.0 ]; [ 3.0; 4.0 ]; [ 10.0; 0.0 ] ]
              let rows = all [ [ 0.0; 1.0 ]; [ 3.0; 4.0 ]; [ 9.0; 0.0 ] ]
              Expect.equal (neighbours rows among false) [| 0, 1.0; 1, 0.0; 2, 1.0 |] "neighbours"
              Expect.equal (neighbours among among true) [| 1, 5.0; 0, 5.0; 1, sqrt 65.0 |] "others"
              let one = all [ [ 1.0 ] ]
              Expect.equal (neighbours one one true) [| -1, infinity |] "no other")
          testCase "pixels lie in [0, 1]" (fun () ->
              let among = Split.All(grey [ [ 0uy; 0uy ]; [ 255uy; 255uy ] ])
              Expect.equal (neighbours (all [ [ 1.0; 0.0 ] ]) among false |> Array.map snd) [| 1.0 |] "distance")
          testCase "places count within the split" (fun () ->
              let data = values [ [ 0.0 ]; [ 5.0 ]; [ 6.0 ] ]
              let among = Split(data, ReadOnlyMemory [| 2; 0 |])
              Expect.equal (neighbours (all [ [ 5.4 ] ]) among false |> Array.map fst) [| 0 |] "place"
              Expect.equal (neighbours among among true |> Array.map fst) [| 1; 0 |] "others")
          law "nearest is nearest of all, whatever lies between blocks and however far from 0" (fun stream ->
              let width, count = between 1 5 stream, between 1 30 stream
              let far = 100.0 * stream.NextGaussian()

              let rows n =
                  all (List.init n (fun _ -> List.init width (fun _ -> far + stream.NextGaussian())))

              let a, b = rows count, rows (between 1 40 stream)

              NearestNeighbours.Of(a, b)
              |> Seq.indexed
              |> Seq.forall (fun (i, found) ->
                  let least = Seq.min [ for j in 0 .. b.Count - 1 -> distance a i b j ]

                  close 1e-3 least found.Distance
                  && close 1e-9 (distance a i b found.Place) found.Distance))
          testCase "a candidate of a later block is found" (fun () ->
              let among = all (List.init 5000 (fun i -> [ float i ]))
              let rows = all (List.init 600 (fun i -> [ float (8 * i) + 0.1 ]))
              Expect.equal (neighbours rows among false |> Array.map fst) (Array.init 600 (fun i -> 8 * i)) "places")
          testCase "planted copies are found, number for number" (fun () ->
              let known = all [ [ 1.0; 2.0 ]; [ 0.0; 3.0 ] ]
              let asked = all [ [ 1.0; 2.0 ]; [ 1.0; 2.0000002 ]; [ -0.0; 3.0 ]; [ 2.0; 1.0 ] ]
              Expect.equal (Duplicates.PlacesAmong(asked, Duplicates.Fingerprints known)) [| 0; 2 |] "real"
              let pixels = Split.All(grey [ [ 1uy; 2uy ]; [ 2uy; 1uy ]; [ 1uy; 2uy ] ])
              let first = Split(pixels.Data, ReadOnlyMemory [| 0 |])
              Expect.equal (Duplicates.PlacesAmong(pixels, Duplicates.Fingerprints first)) [| 0; 2 |] "pixels")
          testCase "copies of training examples are memorised" (fun () ->
              let training, held = normal (stream "training") 60 4, normal (stream "held") 40 4
              let m = Memorisation.Of(training, training, held, stream "looked at")
              Expect.equal m.ExactCopies 60 "exact"
              Expect.equal m.Copies 1.0 "copies"
              Expect.equal m.Equal 40 "equal parts"
              Expect.isGreaterThan m.Closer 0.8 "closer"
              Expect.equal (m.Nearest |> Array.map _.Place) [| 0..59 |] "each its own"
              let other = Memorisation.Of(held, training, held, stream "looked at")
              Expect.equal other.Closer 0.0 "copies of the held-out part"
              Expect.equal other.ExactCopies 0 "none of training")
          testCase "fresh draws are not memorised" (fun () ->
              let drawn name = normal (stream name) 400 3

              let m =
                  Memorisation.Of(drawn "generated", drawn "training", drawn "held", stream "looked at")
              // the share of 400 ties with a coin: four deviations
              Expect.isLessThan (abs (m.Closer - 0.5)) 0.1 "closer"
              Expect.isLessThan m.Copies 0.05 "near copies"
              Expect.equal m.ExactCopies 0 "exact")
          testCase "no more are looked at than asked for, the same each time" (fun () ->
              let drawn name = normal (stream name) 50 3

              let look () =
                  Memorisation.Of(drawn "generated", drawn "training", drawn "held", stream "looked at", 10)

              let m = look ()
              Expect.equal (m.Nearest.Length, m.Generated.Count) (10, 10) "looked at"
              Expect.equal m.Nearest (look ()).Nearest "again"
              let closest = m.Closest 3 |> Array.map (fun i -> m.Nearest[i].Distance)
              Expect.equal closest (m.Nearest |> Array.map _.Distance |> Array.sort |> Array.take 3) "closest first")
          testCase "without a held-out part nothing is compared" (fun () ->
              let some = all [ [ 1.0 ]; [ 2.0 ] ]

              let m =
                  Memorisation.Of(some, some, Split(some.Data, ReadOnlyMemory.Empty), stream "looked at")

              Expect.isTrue (Double.IsNaN m.Closer) "closer"
              Expect.equal (m.ToTraining.Length, m.ToHeldOut.Length) (0, 0) "distances"
              let alone = all [ [ 1.0 ] ]
              Expect.equal (Memorisation.Of(alone, alone, alone, stream "x").Threshold) 0.0 "no other example")
          testCase "added examples follow the others, which stay as they are" (fun () ->
              let data =
                  (grey [ [ 1uy; 2uy ]; [ 3uy; 4uy ] ])
                      .With(ReadOnlySpan [| 0.5f; -1f; 2f; 0.0039f |], ReadOnlySpan [| 1; 0 |])

              Expect.equal (data.Pixels.ToArray()) [| 1uy; 2uy; 3uy; 4uy; 128uy; 0uy; 255uy; 1uy |] "pixels"
              Expect.equal (data.Labels.ToArray()) [| 0; 1; 1; 0 |] "labels"

              let real =
                  (values [ [ 1.5 ] ]).With(ReadOnlySpan [| -7.25f |], ReadOnlySpan [| 1 |])

              Expect.equal (real.Values.ToArray()) [| 1.5f; -7.25f |] "values")
          testCase "what does not fit the data is not added" (fun () ->
              for values', labels, says in
                  [ [| 1f; nanf |], [| 0 |], "finite"
                    [| 1f; 2f |], [| 2 |], "the label of an example is 2"
                    [| 1f; 2f |], [| -1 |], "the label of an example is -1"
                    [| 1f |], [| 0 |], "1 labels but 1 numbers" ] do
                  let e =
                      Expect.throwsC
                          (fun () ->
                              (values [ [ 0.0; 0.0 ] ]).With(ReadOnlySpan values', ReadOnlySpan labels)
                              |> ignore)
                          id

                  Expect.isTrue (e :? UserError) "a user's mistake"
                  Expect.stringContains e.Message says "message")
          testCase "only keeps one class of all parts" (fun () ->
              let data = values (List.init 8 (fun i -> [ float i ]))
              let part rows = Split(data, ReadOnlyMemory rows)
              let kept = Splits(part [| 0; 1; 2 |], part [| 3 |], part [| 4..7 |]).Only 1
              Expect.equal (kept.Train.Indices.ToArray()) [| 1 |] "train"
              Expect.equal (kept.Validation.Indices.ToArray()) [| 3 |] "validation"
              Expect.equal (kept.Test.Indices.ToArray()) [| 5; 7 |] "test"

              let e =
                  Expect.throwsC (fun () -> Splits(part [| 0 |], part [||], part [| 1 |]).Only 1 |> ignore) id

              Expect.stringContains e.Message "leaves no example in the training part" "nothing left") ]
