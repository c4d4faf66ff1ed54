module GenDisc.Dsl.Tests.BudgetTests

open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Running.Scene

let tests =
    testList
        "GenDisc.Dsl.Budget"
        [ test "the host decides, for values of any type" {
              use scene = new Scene()

              for full in [ false; true ] do
                  Host.using { scene.Options with Full = full } (fun () ->
                      Expect.equal (budget 3 30) (if full then 30 else 3) "a number"
                      Expect.equal (budget [ 1 ] [ 1; 2 ]) (if full then [ 1; 2 ] else [ 1 ]) "a list")
          }
          test "without a host --full stands behind the script" {
              for words, expected in
                  [ [ "fsi.dll"; "a.fsx"; "--full" ], true
                    [ "fsi.dll"; "a.fsx"; "x"; "--full" ], true
                    [ "fsi.dll"; "--full"; "a.fsx" ], false
                    [ "fsi.dll"; "a.fsx" ], false
                    [ "fsi.dll"; "--full" ], false ] do
                  Expect.equal (Budget.askedIn words) expected (string words)

              Expect.equal (budget "small" "full") "small" "these tests are not run in full"
          } ]
