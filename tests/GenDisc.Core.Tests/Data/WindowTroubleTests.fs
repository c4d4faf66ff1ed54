/// Series and settings that no windows can be cut from.
module GenDisc.Core.Tests.Data.WindowTroubleTests

open System
open Expecto
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Data.WindowsTests

let tests =
    testList
        "Windows refused"
        [ test "too short a series says how many steps there are and are needed" {
              let refused parts f = userError parts f |> ignore

              refused [ "s:"; "10 steps"; "8 are in the training segment"; "at least 9" ] (fun () ->
                  counting 1 10 |> make 7 2 0.2 0.0 None)

              refused [ "10 steps"; "2 are in the test segment"; "at least 3" ] (fun () ->
                  counting 1 10 |> make 1 3 0.2 0.0 None)

              refused [ "10 steps"; "2 are in the validation segment"; "at least 3" ] (fun () ->
                  counting 1 10 |> make 1 3 0.3 0.3 None)

              refused [ "training"; "4294967294" ] (fun () ->
                  counting 1 10 |> make Int32.MaxValue Int32.MaxValue 0.2 0.0 None)

              refused [ "0 steps" ] (fun () -> series 1 [||] |> make 1 1 0.5 0.0 None)
              counting 1 10 |> make 7 1 0.2 0.0 None |> ignore
          }
          test "settings out of range" {
              let refused parts f = userError ("s:" :: parts) f |> ignore
              let s = counting 2 100

              for n in [ 0; -1; Int32.MinValue ] do
                  refused [ "history"; string n ] (fun () -> s |> make n 1 0.2 0.2 None)
                  refused [ "horizon"; string n ] (fun () -> s |> make 1 n 0.2 0.2 None)

              for share in [ 0.0; 1.0; -0.1; nan ] do
                  refused [ "test share" ] (fun () -> s |> make 1 1 share 0.2 None)

              for share in [ 1.0; -0.1; nan ] do
                  refused [ "validation share" ] (fun () -> s |> make 1 1 0.2 share None)

              refused [ "validation segment" ] (fun () -> s |> make 1 1 0.2 0.001 None)

              for n in [ 0; -1; 80; Int32.MaxValue ] do
                  refused [ $"take {n}"; "1 to 79" ] (fun () -> s |> make 1 1 0.2 0.0 (Some n))
          }
          test "an infinite number is named by column and step" {
              for value in [ infinityf; -infinityf ] do
                  let s = counting 2 100
                  s.Values[2 * 7 + 1] <- value

                  userError [ "s:"; "c2"; "step 7" ] (fun () -> s |> make 1 1 0.2 0.2 None)
                  |> ignore
          }
          test "windows that take too much memory" {
              userError [ "15000 windows of 12000 and 1 steps of 10 columns"; "2 GB" ] (fun () ->
                  counting 10 30_000 |> make 12_000 1 0.1 0.0 None)
              |> ignore
          } ]
