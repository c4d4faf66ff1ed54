/// What is wrong with a search, and what a check of one tells.
module GenDisc.Dsl.Tests.Running.Search.SearchRulesTests

open System
open System.IO
open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Running.Scene
open GenDisc.Dsl.Tests.Running.Search.Searches

let tests =
    testList
        "Rules of a search"
        [ test "a check tells the space and a plan, and trains nothing" {
              use scene = new Scene()

              let result =
                  widths |> search (random 20) |> over { scene.Options with CheckOnly = true }

              Expect.isEmpty result.Trials "no trial"
              Expect.isNone result.Best "no best"
              Expect.isEmpty (Directory.GetFileSystemEntries scene.Runs) "nothing written"
              let notes = notes scene
              Expect.contains notes "  width = oneOf [ 2; 8 ]" "a choice"
              Expect.contains notes "  rate = logUniform 0.0001 0.1" "another"
              Expect.exists notes _.Contains("random 20: 20 trials") "how many"
              Expect.equal (scene.Events |> List.filter _.IsPlanned |> List.length) 1 "one plan"
          }

          test "all that is wrong is told before anything is trained" {
              let wrong =
                  space {
                      let! z = oneOf ([]: int list)
                      return { quick with Seed = z }
                  }

              Expect.equal
                  (refused (wrong |> search (random 0) |> confirmedOver []))
                  [ "oneOf expects at least one value"
                    "hint: write oneOf [ 8; 32 ]"
                    "random 0 expects a number from 1 up"
                    "hint: write random 20"
                    "confirmedOver expects at least one seed"
                    "hint: write confirmedOver [ 11; 12; 13 ]" ]
                  "all at once"

              Expect.equal
                  (refused (space { return quick } |> search (random 2))).Head
                  "search expects a space with a choice"
                  "nothing to choose"

              Expect.equal
                  (refused (widths |> search (random 2) |> confirmedOver [ 4; 1; 4 ])).Head
                  "confirmedOver expects each seed once, but got 4 again"
                  "twice"

              Expect.equal
                  (refused (widths |> search (random 2) |> confirmedOver [ 4; 1 ])).Head
                  "confirmedOver expects fresh seeds, but trials are run with 1"
                  "the seed of the trials"

              Expect.equal
                  (refused (widths |> search (grid 100_000))).Head
                  "grid 100000 expects a number up to 10,000"
                  "too many points"

              Expect.equal
                  (refused (widths |> search (grid 9_999))).Head
                  "grid 9999 comes to more than 10,000 experiments"
                  "too many experiments"
          }

          test "every trial is checked, and its problems are told with what was chosen" {
              let half =
                  space {
                      let! width = oneOf [ 4; 0; -1; -2; -3 ] |> called "width"

                      return
                          { quick with
                              Model = model (dense width >> classifier []) }
                  }

              let lines = refused (half |> search (grid 1))
              Expect.equal lines[0] "trial 2, width = 0:" "which"
              Expect.equal lines[1] "quick-t2 is not a valid experiment:" "what"

              Expect.equal
                  (List.last lines)
                  "and 1 of the other trials are not valid either"
                  "no more than three in full"

              // a winner's name has to do as well
              let long = widths |> Space.map (fun e -> { e with Name = String('x', 60) })
              let told = refused (long |> search (random 1))
              Expect.stringContains (List.item 1 told) "-best is not a valid experiment" "too long"
          }

          test "of the estimator, a trial that is not valid is one that failed" {
              use scene = new Scene()

              let half =
                  space {
                      let! width = integers -4 8 |> called "width"

                      return
                          { quick with
                              Model = model (dense width >> classifier []) }
                  }

              let asked = half |> search (tpe 6) |> confirmedOver [ 5 ]
              let result = asked |> over scene.Options
              let failed = result.Trials |> List.filter _.Status.IsFailed
              Expect.isNonEmpty failed "some"
              Expect.isLessThan failed.Length 6 "not all"

              for t in failed do
                  match t.Status with
                  | TrialStatus.Failed problem -> Expect.stringContains problem "is not a valid experiment" "why"
                  | TrialStatus.Done -> ()

              let again = asked |> over scene.Options
              Expect.equal (again.Trials |> List.map told) (result.Trials |> List.map told) "the same again"
          }

          test "the identity of a search follows everything that it is declared by" {
              let id (s: Search) = Search.idOf (Space.look s.Space) s
              let plain = widths |> search (random 4)

              let others =
                  [ widths |> search (random 5)
                    widths |> search (tpe 4)
                    plain |> searchSeed 2
                    plain |> minimise "loss"
                    plain |> confirmedOver [ 7 ]
                    widths
                    |> Space.map (fun e -> { e with Loss = 2.0 * crossEntropy })
                    |> search (random 4) ]

              Expect.equal (List.distinct (List.map id (plain :: others))).Length 7 "all differ"
              Expect.equal (id (widths |> search (random 4))) (id plain) "the same"
          } ]
    |> testSequenced
