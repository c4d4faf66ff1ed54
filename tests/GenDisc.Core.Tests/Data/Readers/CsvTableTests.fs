module GenDisc.Core.Tests.Data.Readers.CsvTableTests

open System.Text
open Expecto
open FsCheck.FSharp
open GenDisc.Core.Data.Readers
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Data.Readers.IdxFiles

let read target classify (text: string) =
    inFolder (fun folder -> CsvTable.Read(write folder "t.csv" (Encoding.UTF8.GetBytes text), target, classify))

let private failsOn parts target classify text =
    userError ("t.csv" :: parts) (fun () -> read target classify text) |> ignore

/// A column of numbers but for one text, of so many rows.
let private nearly rows =
    "x,y\n"
    + String.concat "" [ for i in 1..rows -> (if i = 3 then "oops" else string i) + $",{i % 2}\n" ]

let tests =
    testList
        "CsvTable"
        [ test "columns are numeric or categorical, in this order: numbers, gaps, levels" {
              let table =
                  read "y" true "colour,size,y,weight\nred,1,no,?\nblue,2.5,yes,4\n,3,no,5\n"

              let schema = table.Schema
              Expect.sequenceEqual schema.NumericColumns [ "size"; "weight" ] "numbers"
              Expect.sequenceEqual schema.Indicators [ "weight" ] "gaps"

              Expect.equal
                  [ for c in schema.CategoricalColumns -> c.Name, List.ofSeq c.Levels ]
                  [ "colour", [ "blue"; "red" ] ]
                  "levels"

              Expect.equal (schema.Numeric, List.ofSeq schema.Levels, schema.Width) (3, [ 2 ], 5) "sizes"
              Expect.sequenceEqual schema.ClassNames [ "no"; "yes" ] "classes"
              Expect.equal (table.Name, table.Rows, schema.Target) ("t", 3, "y") "what it is"
          }
          test "classes written as numbers are ordered as numbers" {
              Expect.sequenceEqual
                  (read "y" true "x,y\n1,10\n2,2\n3,2.0\n").Schema.ClassNames
                  [ "2"; "10" ]
                  "2 before 10, once"
          }
          test "a text among numbers, if they are half of the column or more, is an error and not a level" {
              failsOn [ "line 4"; "column x"; "'oops'"; "9 of the column's 10 known cells" ] "y" true (nearly 10)
              failsOn [ "line 4"; "column x"; "'oops'"; "19 of the column's 20 " ] "y" true (nearly 20)

              let half =
                  [ "as categories"
                    "such as c1"
                    "line 3"
                    "'b'"
                    "1 of the column's 2 known cells" ]

              failsOn half "y" true "x,y\n1,0\nb,1\n,1\n"
              failsOn [ "line 3"; "column y"; "'b'" ] "y" false "x,y\n1,1\n2,b\n3,3\n"

              let fewer = read "y" true "x,y\n1,0\nb,1\nc,1\n"
              Expect.equal (List.ofSeq fewer.Schema.CategoricalColumns[0].Levels) [ "1"; "b"; "c" ] "less than half"
          }
          test "targets missing, of one class, of too many, not numeric" {
              failsOn [ "line 3"; "column y"; "'NA'"; "missing" ] "y" true "x,y\n1,a\n2,NA\n"
              failsOn [ "line 2"; "column y"; "missing" ] "y" false "x,y\n1,\n2,3\n"
              failsOn [ "target y is a in every row" ] "y" true "x,y\n1,a\n2,a\n"
              failsOn [ "line 3"; "'b'"; "regression" ] "y" false "x,y\n1,2\n2,b\n"

              failsOn
                  [ "1001 different values"; "1000 classes" ]
                  "y"
                  true
                  ("x,y\n" + String.concat "" [ for i in 0..1000 -> $"1,{i}\n" ])
          }
          test "columns unknown, alone, empty, or of too many texts" {
              failsOn [ "'z'"; "x, y" ] "z" true "x,y\n1,2\n"
              failsOn [ "no column to predict it from" ] "y" true "y\n1\n2\n"
              failsOn [ "column x holds no value" ] "y" true "x,y\n,1\nNA,2\n"

              failsOn
                  [ "column x"; "1001 different texts" ]
                  "y"
                  true
                  ("x,y\n" + String.concat "" [ for i in 0..1000 -> $"n{i},{i % 2}\n" ])
          }
          test "lines that do not fit the header" { failsOn [ "line 3"; "1 cells" ] "y" true "x,y\n1,2\n3\n" }
          testProperty
              "a damaged file is a UserError or gives a table"
              (Prop.forAll (Arb.fromGen (Gen.zip (Gen.choose (0, 10000)) (Gen.choose (0, 255)))) (fun (at, value) ->
                  let bytes = Encoding.UTF8.GetBytes "a,\"b\",y\n1,red,x\n2,\"blue\",y\n,green,x\n"
                  bytes[at % bytes.Length] <- byte value

                  try
                      let table =
                          inFolder (fun folder -> CsvTable.Read(write folder "t.csv" bytes, "y", true))

                      table.Rows > 0
                  with :? UserError ->
                      true)) ]
