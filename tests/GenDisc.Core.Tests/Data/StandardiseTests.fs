module GenDisc.Core.Tests.Data.StandardiseTests

open System
open Expecto
open FsCheck.FSharp
open GenDisc.Core.Data
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Modules.Building

let private names = [ "a"; "b" ]
let private labels n = memory (Array.init n (fun i -> i % 2))

let private splits (train: Dataset) test (trainRows: int array) (validationRows: int array) =
    Splits(Split(train, memory trainRows), Split(train, memory validationRows), Split.All test)

/// Sequences of normal numbers of mean 5 and deviation 3, with zeros as padding.
let private sequences (stream: RandomStream) n steps features =
    let lengths = Array.init n (fun _ -> 1 + stream.NextInt steps)

    let values =
        [| for i in 0 .. n - 1 do
               for t in 0 .. steps - 1 do
                   for _ in 1..features do
                       if t < lengths[i] then float32 (5.0 + 3.0 * stream.NextGaussian()) else 0f |]

    Dataset.OfSequences("q", steps, features, memory values, memory lengths, labels n, names)

let private vectors (stream: RandomStream) n size targets =
    let numbers count =
        Array.init count (fun _ -> float32 (5.0 + 3.0 * stream.NextGaussian()))

    Dataset.OfTargets("v", [ size ], memory (numbers (n * size)), targets, memory (numbers (n * targets)))

/// All real numbers of feature j over the chosen examples.
let private feature j (data: Dataset) (rows: int seq) =
    let features = data.ExampleShape[1]

    [ for i in rows do
          for t in 0 .. data.Lengths.Span[i] - 1 do
              float data.Values.Span[i * data.ExampleSize + t * features + j] ]

let private isStandard (values: float list) =
    let mean = List.average values
    let variance = values |> List.averageBy (fun v -> (v - mean) ** 2.0)
    // A single number is only centred.
    close 1e-5 mean 0.0
    && (close 1e-5 variance 1.0 || values |> List.forall ((=) values.Head))

let private cases =
    Gen.zip3 (Gen.choose (2, 8)) (Gen.choose (1, 4)) (Gen.choose (0, 100000))
    |> Arb.fromGen

let private law name check =
    testProperty name (Prop.forAll cases (fun (n, size, seed) -> check n size (RandomStream(int64 seed, "law"))))

let private halves n = [| 0 .. n - 1 |], [| n .. 2 * n - 1 |]

let tests =
    testList
        "Standardise"
        [ law "real steps of the training examples have mean 0 and deviation 1" (fun n features stream ->
              let train, validation = halves n

              let s =
                  splits (sequences stream (2 * n) 6 features) (sequences stream 3 6 features) train validation

              let after = Standardise.Sequences s
              Seq.forall (fun j -> isStandard (feature j after.Train.Data train)) [ 0 .. features - 1 ])
          law "all sequences are moved by the same numbers, and padding stays 0" (fun n features stream ->
              let train, validation = halves n

              let s =
                  splits (sequences stream (2 * n) 6 features) (sequences stream 3 6 features) train validation

              let after = Standardise.Sequences s

              Seq.forall
                  (fun j ->
                      let column = feature j s.Train.Data train
                      let mean = List.average column
                      let deviation = column |> List.averageBy (fun v -> (v - mean) ** 2.0) |> sqrt
                      let deviation = if deviation = 0.0 then 1.0 else deviation

                      [ s.Train.Data, after.Train.Data; s.Test.Data, after.Test.Data ]
                      |> List.forall (fun (before, after) ->
                          Seq.forall
                              (fun k ->
                                  let i, t = k / before.ExampleSize, k % before.ExampleSize / features
                                  let a, b = float before.Values.Span[k], float after.Values.Span[k]

                                  if t >= before.Lengths.Span[i] then b = 0.0
                                  elif k % features <> j then true
                                  else close 1e-4 ((a - mean) / deviation) b)
                              [ 0 .. before.Values.Length - 1 ]))
                  [ 0 .. features - 1 ])
          law "rows, labels, lengths and names stay, and shared data stay shared" (fun n features stream ->
              let train, validation = halves n

              let s =
                  splits (sequences stream (2 * n) 6 features) (sequences stream 3 6 features) train validation

              let after = Standardise.Sequences s
              let data = after.Train.Data

              after.Train.Indices.ToArray() = train
              && after.Validation.Indices.ToArray() = validation
              && obj.ReferenceEquals(data, after.Validation.Data)
              && data.Labels.ToArray() = s.Train.Data.Labels.ToArray()
              && data.Lengths.ToArray() = s.Train.Data.Lengths.ToArray()
              && List.ofSeq data.ClassNames = names
              && (data.Name, after.Test.Data.Count) = ("q", 3))
          law "what is not trained on changes no bit of what is" (fun n size stream ->
              let train, validation = halves n
              let data = vectors stream (2 * n) size 2
              let test = vectors stream 3 size 2

              let changed =
                  Dataset.OfTargets(
                      "v",
                      [ size ],
                      memory (
                          data.Values.ToArray()
                          |> Array.mapi (fun k v -> if k / size < n then v else v + 100f)
                      ),
                      2,
                      memory (
                          data.Targets.ToArray()
                          |> Array.mapi (fun k v -> if k / 2 < n then v else v + 100f)
                      )
                  )

              let trained (data: Dataset) =
                  let after = (Standardise.Vectors(splits data test train validation)).Train.Data
                  after.Values.ToArray()[.. n * size - 1], after.Targets.ToArray()[.. n * 2 - 1]

              trained data = trained changed)
          law "vectors and their targets are standardised, and the targets' scaling leads back" (fun n size stream ->
              let train, validation = halves n

              let s =
                  splits (vectors stream (2 * n) size 2) (vectors stream 3 size 2) train validation

              let after = Standardise.Vectors s

              let column width j (values: ReadOnlyMemory<float32>) =
                  [ for i in train -> float values.Span[i * width + j] ]

              let scaling = Unchecked.nonNull after.Test.Data.TargetScaling

              Seq.forall (fun j -> isStandard (column size j after.Train.Data.Values)) [ 0 .. size - 1 ]
              && Seq.forall (fun j -> isStandard (column 2 j after.Train.Data.Targets)) [ 0; 1 ]
              && Seq.forall
                  (fun k ->
                      close
                          1e-5
                          (scaling.Undo(k % 2, float after.Test.Data.Targets.Span[k]))
                          (float s.Test.Data.Targets.Span[k]))
                  [ 0..5 ])
          test "labelled vectors keep their labels and have no scaling of targets" {
              let data = Dataset.OfValues("v", [ 1 ], memory [| 1f; 3f; 9f |], labels 3, names)
              let after = Standardise.Vectors(splits data data [| 0; 1 |] [| 2 |])
              Expect.equal (after.Train.Data.Values.ToArray()) [| -1f; 1f; 7f |] "by mean 2 and deviation 1"
              Expect.equal (after.Train.Data.Labels.ToArray()) [| 0; 1; 0 |] "labels"
              Expect.isNull after.Train.Data.TargetScaling "no targets"
          }
          test "a constant feature is only centred" {
              let data =
                  Dataset.OfValues("v", [ 2 ], memory [| 0.1f; 1f; 0.1f; 3f; 0.1f; 5f |], labels 3, names)

              let after =
                  (Standardise.Vectors(splits data data [| 0..2 |] [||])).Train.Data.Values.ToArray()

              Expect.equal [ after[0]; after[2]; after[4] ] [ 0f; 0f; 0f ] "zeros"
          }
          test "full sequences need no lengths" {
              let data =
                  Dataset.OfSequences("q", 2, 1, memory [| 1f; 3f; 1f; 3f |], memory [||], labels 2, names)

              let after = Standardise.Sequences(splits data data [| 0; 1 |] [||])
              Expect.equal (after.Train.Data.Values.ToArray()) [| -1f; 1f; -1f; 1f |] "every step"
              Expect.isTrue after.Train.Data.Lengths.IsEmpty "no lengths"
          }
          test "other data, and nothing to fit on" {
              let pixels = Dataset.OfPixels("p", [ 2 ], memory [| 0uy; 1uy |], labels 1, names)
              let vector = Dataset.OfValues("v", [ 1 ], memory [| 1f; 2f |], labels 2, names)
              let refused parts f = userError parts f |> ignore

              let all data =
                  Splits(Split.All data, Split.All data, Split.All data)

              refused [ "p"; "pixels of [2]" ] (fun () -> Standardise.Vectors(all pixels))
              refused [ "p"; "sequences" ] (fun () -> Standardise.Sequences(all pixels))
              refused [ "v"; "sequences" ] (fun () -> Standardise.Sequences(all vector))
              refused [ "regression"; "targets" ] (fun () -> Standardise.Sequences(all (regression 3)))
              refused [ "q"; "[6, 2]" ] (fun () -> Standardise.Vectors(all (sequences (init 1L) 3 6 2)))

              refused [ "regression"; "scaled targets" ] (fun () ->
                  all (regression 3) |> Standardise.Vectors |> Standardise.Vectors)

              refused [ "v"; "no training example" ] (fun () -> Standardise.Vectors(splits vector vector [||] [| 0 |]))
          } ]
