module GenDisc.Core.Tests.Data.Readers.CsvSeriesTests

open System
open System.IO
open System.Text
open Expecto
open GenDisc.Core.Data.Readers
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Data.Readers.IdxFiles

let private read (columns: string list) (text: string) =
    inFolder (fun folder -> CsvSeries.Read(write folder "s.csv" (Encoding.UTF8.GetBytes text), ResizeArray columns))

let private failsOn parts columns text =
    userError ("s.csv" :: parts) (fun () -> read columns text) |> ignore

let tests =
    testList
        "CsvSeries"
        [ test "all columns of numbers but dates; quotes, spaces, Windows line ends" {
              let series =
                  read [] "\"Month\",a, \"b\" ,note\r\n\"1949-01\",1, 2 ,x\r\n\"1949-02\",3,\"4\",y\r\n"

              Expect.sequenceEqual series.Columns [ "a"; "b" ] "columns"
              Expect.equal series.Values [| 1f; 2f; 3f; 4f |] "[steps, columns]"
              Expect.equal (series.Name, series.Steps, series.Files[0].Name) ("s", 2, "s.csv") "what it is"
          }
          test "a first column that counts steps is left out, unless it is alone or asked for" {
              let text = "Year,x\n1990,5\n1991,6\n"
              Expect.sequenceEqual (read [] text).Columns [ "x" ] "not the year"
              Expect.equal (read [ "x"; "Year" ] text).Values [| 5f; 1990f; 6f; 1991f |] "asked for, in that order"
              Expect.sequenceEqual (read [] "Year\n1990\n").Columns [ "Year" ] "alone"
          }
          test "semicolons and tabs" {
              Expect.equal (read [] "a;b\n1;2\n").Values [| 1f; 2f |] "semicolons"
              Expect.equal (read [] "a\tb\n1\t2\n").Values [| 1f; 2f |] "tabs"
          }
          test "missing cells are NaN: nothing later stands in for them" {
              let series = read [] "a,b\n,1\n2,NA\nnull,?\n6,4\nNaN,\n"
              let gap = -1f

              Expect.equal
                  [ for value in series.Values -> if Single.IsNaN value then gap else value ]
                  [ gap; 1f; 2f; gap; gap; gap; 6f; 4f; gap; gap ]
                  "as they are"
          }
          test "text among numbers" {
              failsOn [ "line 3"; "column b"; "'x9'" ] [] "a,b\n1,2\n3,x9\n5,6\n"
              failsOn [ "line 3"; "column b"; "'1e999'" ] [ "b" ] "a,b\n1,2\n3,1e999\n"
              failsOn [ "line 2"; "column b"; "'1,5'" ] [ "b" ] "a;b\n1;1,5\n"
          }
          test "columns unknown, asked for twice, empty, none" {
              failsOn [ "'c'"; "a, b" ] [ "c" ] "a,b\n1,2\n"
              failsOn [ "twice" ] [ "a"; "a" ] "a,b\n1,2\n"
              failsOn [ "column b"; "no value" ] [ "b" ] "a,b\n1,\n"
              failsOn [ "no column of numbers"; "a, b" ] [] "a,b\nx,y\n"
          }
          test "header missing, doubled or without rows" {
              failsOn [ "first line must name the columns" ] [] "1,2\n3,4\n"
              failsOn [ "'a' twice" ] [] "a,a\n1,2\n"
              failsOn [ "header but no rows" ] [] "a,b\n"
              failsOn [ "empty" ] [] ""
          }
          test "lines that do not fit the header, quotes that do not match" {
              failsOn [ "line 3"; "3 cells"; "2 columns" ] [] "a,b\n1,2\n1,2,3\n"
              failsOn [ "line 2"; "1 cells" ] [] "a,b\n1\n"
              failsOn [ "line 3"; "quotes" ] [] "a,b\n1,2\n\"3,4\n5,6\n"
          }
          test "no text" { failsOn [ "not a text file" ] [] "a,b\n\000,1\n" }
          test "a gzip that unpacks to more than is read" {
              inFolder (fun folder ->
                  let path = write folder "s.csv" (gzip (Array.create (300 <<< 20) 49uy))

                  userError [ path; "longer than the 256 MB" ] (fun () -> CsvSeries.Read(path, []))
                  |> ignore)
          }
          test "real series" {
              match Environment.GetEnvironmentVariable "GENDISC_DATA" with
              | null
              | "" -> skiptest "GENDISC_DATA is not set"
              | data ->
                  for name, column, steps, first in
                      [ "monthly-sunspots", "Sunspots", 2820, 58.0f
                        "daily-min-temperatures", "Temp", 3650, 20.7f
                        "airline-passengers", "Passengers", 144, 112f ] do
                      let series = CsvSeries.Read(Path.Combine(data, "timeseries", name + ".csv"), [])

                      Expect.equal
                          (List.ofSeq series.Columns, series.Steps, series.Values[0])
                          ([ column ], steps, first)
                          name
          } ]
