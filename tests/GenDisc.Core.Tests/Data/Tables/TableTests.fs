module GenDisc.Core.Tests.Data.Tables.TableTests

open System
open Expecto
open FsCheck.FSharp
open GenDisc.Core.Data
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Data.Readers.CsvTableTests

let private stream () = RandomStream(1, "take")

/// A table of n rows with everything in it: numbers far from 0, gaps, texts, and a target of either kind.
let private rows seed n =
    let random = Random(seed: int)

    [| for i in 0 .. n - 1 ->
           let gap = if random.Next 5 = 0 then "NA" else string (random.Next 100)

           [| string (1000 + random.Next 50)
              gap
              [ "u"; "v"; "w" ][random.Next 3]
              string (i % 3) |] |]

let private textOf (rows: string array array) =
    "a,b,c,y\n" + String.Join("\n", [| for row in rows -> String.Join(",", row) |])

let private rowOf (split: Split) i =
    let size = split.Data.ExampleSize
    split.Data.Values.Slice(split.Indices.Span[i] * size, size).ToArray()

let private encoded (split: Split) =
    Array.init split.Count (rowOf split),
    [| for i in split.Indices.ToArray() do
           if split.Data.Classes > 0 then
               float32 split.Data.Labels.Span[i]
           else
               split.Data.Targets.Span[i] |]

let private close a b =
    Expect.isTrue (abs (float a - b) < 1e-5) $"{a} is {b}"

let tests =
    testList
        "Table"
        [ test "known values: standardised, indicated, one-hot" {
              let table = read "y" false "x,gappy,k,c,y\n1,,3,red,10\n3,4,3,?,20\n"
              let data = table.Encode([| 0; 1 |].AsSpan(), table.Fit([| 0; 1 |].AsSpan()))
              // x by (x - 2) / 1; gappy 0 where missing and (4 - 4) / 1 = 0; k constant; then gaps; then [red].
              Expect.equal (data.Values.ToArray()) [| -1f; 0f; 0f; 1f; 1f; 1f; 0f; 0f; 0f; 0f |] "vectors"
              Expect.equal (data.Targets.ToArray()) [| -1f; 1f |] "targets"
              let scaling = nonNull data.TargetScaling
              Expect.equal (scaling.Mean[0], scaling.Deviation[0]) (15.0, 5.0) "scaling"
          }
          test "the columns are standardised on the rows trained on" {
              let splits = (read "y" true (textOf (rows 1 200))).Prepare(0.2, 0.1, 100, stream ())
              Expect.equal (splits.Train.Count, splits.Validation.Count, splits.Test.Count) (100, 16, 40) "counts"
              let column = Array.init 100 (fun i -> float (Array.head (rowOf splits.Train i)))
              close (Array.average column) 0.0
              close (Array.average (Array.map (fun v -> v * v) column)) 1.0
          }
          test "every row is in one part, classes in proportion, and the test part is the same for every seed" {
              let table = read "y" true (textOf (rows 2 300))
              let one = table.Partition(0.2, 0.25, 90, RandomStream(1, "take"))
              let two = table.Partition(0.2, 0.25, 90, RandomStream(2, "take"))

              Expect.equal
                  (Array.sort (Array.concat [ one.Train; one.Validation; one.Unused; one.Test ]))
                  [| 0..299 |]
                  "a partition"

              Expect.equal (one.Test, one.Validation) (two.Test, two.Validation) "fixed"
              Expect.notEqual one.Train two.Train "chosen by the stream"

              Expect.equal
                  (one.Test |> Array.countBy (fun row -> row % 3) |> Array.map snd)
                  [| 20; 20; 20 |]
                  "in proportion"
          }
          testProperty
              "rows that are not trained on have no influence on those that are"
              (Prop.forAll
                  (Arb.fromGen (
                      Gen.zip3 (Gen.choose (0, 10000)) (Gen.elements [ false; true ]) (Gen.elements [ None; Some 40 ])
                  ))
                  (fun (seed, classify, take) ->
                      let original = rows seed 120

                      let prepare rows =
                          (read "y" classify (textOf rows)).Prepare(0.25, 0.2, Option.toNullable take, stream ())

                      let parts =
                          (read "y" classify (textOf original)).Partition(0.25, 0.2, Option.toNullable take, stream ())

                      let others =
                          Set.ofArray (Array.concat [ parts.Validation; parts.Unused; parts.Test ])

                      // Other numbers, gaps where gaps were, other known texts and, for regression, other targets.
                      let changed =
                          original
                          |> Array.mapi (fun i row ->
                              if others.Contains i then
                                  [| string (5 * i - 700)
                                     (if row[1] = "NA" then "NA" else string (i * i))
                                     (if row[2] = "u" then "w" else "u")
                                     (if classify then row[3] else string (i + 77)) |]
                              else
                                  row)

                      let before, after = prepare original, prepare changed

                      encoded before.Train = encoded after.Train
                      && encoded before.Test <> encoded after.Test))
          test "one encoding for all parts" {
              let splits =
                  (read "y" false (textOf (rows 3 60))).Prepare(0.2, 0.2, Nullable(), stream ())

              Expect.equal splits.Test.Data.TargetScaling splits.Train.Data.TargetScaling "the target's scaling"
          }
          test "a class with no row left to train on" {
              /// A class of 40 rows and one of a single row.
              let lone =
                  "x,y\n" + String.concat "" [ for i in 1..40 -> $"{i},common\n" ] + "0,rare\n"

              let refused = [ "t:"; "class rare"; "smaller shares" ]

              let prepare test validation =
                  (read "y" true lone).Prepare(test, validation, Nullable(), stream ())

              userError refused (fun () -> prepare 0.75 0.1) |> ignore
              userError refused (fun () -> prepare 0.2 0.75) |> ignore
              Expect.contains ((prepare 0.25 0.1).Train.Data.Labels.ToArray()) 1 "smaller shares"
          }
          test "shares out of range" {
              let table = read "y" true (textOf (rows 4 30))

              for share in [ 0.0; 1.0; -0.1; nan ] do
                  userError [ "test share"; "above 0 and below 1" ] (fun () ->
                      table.Prepare(share, 0.1, Nullable(), stream ()))
                  |> ignore

              userError [ "leaves 30"; "0 to test" ] (fun () -> table.Prepare(0.001, 0.1, Nullable(), stream ()))
              |> ignore

              userError [ "validation fraction" ] (fun () -> table.Prepare(0.2, 1.0, Nullable(), stream ()))
              |> ignore

              userError [ "take 1000" ] (fun () -> table.Prepare(0.2, 0.1, 1000, stream ()))
              |> ignore
          } ]
