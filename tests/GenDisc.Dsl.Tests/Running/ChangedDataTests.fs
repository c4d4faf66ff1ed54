/// Data that change under the same name.
module GenDisc.Dsl.Tests.Running.ChangedDataTests

open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Running.Files
open GenDisc.Dsl.Tests.Running.Scene

/// A table whose two columns are two numbers, as moons have.
let private plane shift =
    "a,b,kind"
    :: [ for i in 0..79 do
             let x = sin (float i) + shift

             $"{number x},{number (cos (float i * 1.3))},"
             + (if sin (float i) > 0.0 then "up" else "down") ]

let private notes (scene: Scene) =
    [ for event in scene.Events do
          match event with
          | RunEvent.Note text -> text
          | _ -> () ]

let tests =
    testList
        "Run on changed data"
        [ test "data that changed under the same path are trained on anew" {
              use scene = new Scene()
              put scene "plane.csv" (plane 0.0)

              let experiment =
                  { over (dense 4 >> relu >> classifier []) with
                      Data = classTable "plane.csv" "kind" }

              let first = scene.Run experiment
              Expect.isTrue (scene.Run experiment).Reused "the same content"
              Expect.isEmpty (notes scene) "nothing to say"
              put scene "plane.csv" (plane 1.0)
              let again = scene.Run experiment
              Expect.isFalse again.Reused "other content"
              Expect.equal again.Id first.Id "in its place"
              Expect.exists (notes scene) (fun n -> n.Contains $"{first.Id} was trained on other data") "said"
              Expect.isTrue (scene.Run experiment).Reused "and kept"
          }

          test "data that are found strange count too" {
              use scene = new Scene()
              waves scene "Waves" 0.0
              waves scene "Other" 0.5

              let experiment =
                  { over (gru 2 >> classifier []) with
                      Data = timeSeries "Waves" |> against (timeSeries "Other") }

              let first = scene.Run experiment
              Expect.isTrue (scene.Run experiment).Reused "the same content"
              waves scene "Other" 5.0
              let again = scene.Run experiment
              Expect.isFalse again.Reused "other content"
              Expect.notEqual again.Test["oodAuroc"] first.Test["oodAuroc"] "other figures"
          }

          test "data of an experiment inside count too" {
              use scene = new Scene()
              put scene "plane.csv" (plane 0.0)

              let onFile =
                  { inner with
                      Data = classTable "plane.csv" "kind" }

              let outer = over (encoder onFile >> classifier [])
              scene.Run outer |> ignore
              Expect.isTrue (scene.Run outer).Reused "the same content"
              put scene "plane.csv" (plane 1.0)
              // trained again on its own, so that its own folder is up to date
              Expect.isFalse (scene.Run onFile).Reused "inside"
              Expect.isFalse (scene.Run outer).Reused "outside"
          } ]
    |> testSequenced
