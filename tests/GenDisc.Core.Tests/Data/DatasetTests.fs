module GenDisc.Core.Tests.Data.DatasetTests

open Expecto
open GenDisc.Core.Data
open GenDisc.Core.Tests.Data.Expecting

let private names = [ "no"; "yes" ]

let private pixels shape (bytes: byte array) labels =
    Dataset.OfPixels("d", shape, memory bytes, memory labels, names)

let tests =
    testList
        "Dataset"
        [ test "knows its sizes" {
              let data = pixels [ 1; 2; 3 ] (Array.zeroCreate 24) [| 0; 1; 1; 0 |]
              Expect.equal (data.Count, data.ExampleSize, data.Classes, data.TargetSize) (4, 6, 2, 0) "sizes"
          }
          test "regression has targets and no classes" {
              let data = regression 5
              Expect.equal (data.Count, data.Classes, data.TargetSize, data.Targets.Length) (5, 0, 1, 5) "sizes"
          }
          test "pixels that are no whole number of examples" {
              userError [ "d"; "25"; "6" ] (fun () -> pixels [ 1; 2; 3 ] (Array.zeroCreate 25) [| 0; 1; 1; 0 |])
              |> ignore
          }
          test "another number of labels" {
              userError [ "4 examples"; "3 labels" ] (fun () -> pixels [ 6 ] (Array.zeroCreate 24) [| 0; 1; 1 |])
              |> ignore
          }
          test "labels beyond the classes" {
              for label in [ 2; -1 ] do
                  userError [ "example 1"; string label; "0 to 1" ] (fun () ->
                      pixels [ 1 ] (Array.zeroCreate 2) [| 0; label |])
                  |> ignore
          }
          test "shapes without a size" {
              for shape in [ []; [ 0 ]; [ 2; -1 ]; [ 100000; 100000 ] ] do
                  userError [ "shape" ] (fun () -> pixels shape (Array.zeroCreate 2) [| 0; 1 |])
                  |> ignore
          }
          test "no example at all" { userError [ "no example" ] (fun () -> pixels [ 2 ] [||] [||]) |> ignore }
          test "numbers that are not finite" {
              userError [ "example 1"; "NaN" ] (fun () ->
                  Dataset.OfValues("d", [ 2 ], memory [| 0f; 1f; nanf; 2f |], memory [| 0; 1 |], names))
              |> ignore

              userError [ "target"; "example 0" ] (fun () ->
                  Dataset.OfTargets("d", [ 2 ], memory [| 0f; 1f |], 1, memory [| infinityf |]))
              |> ignore
          }
          test "targets for another number of examples" {
              userError [ "2 examples"; "targets for 1" ] (fun () ->
                  Dataset.OfTargets("d", [ 1 ], memory [| 0f; 1f |], 2, memory [| 1f; 2f |]))
              |> ignore
          } ]
