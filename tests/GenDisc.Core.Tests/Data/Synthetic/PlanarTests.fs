module GenDisc.Core.Tests.Data.Synthetic.PlanarTests

open System
open Expecto
open GenDisc.Core.Data
open GenDisc.Core.Data.Synthetic
open GenDisc.Core.Tests.Data.Expecting

let private loaders: (string * int * (Nullable<float> -> LoadedData)) list =
    [ "moons", 2, (fun noise -> Moons.Load noise)
      "circles", 2, (fun noise -> Circles.Load noise)
      "spirals", 3, (fun noise -> Spirals.Load noise)
      "blobs", 4, (fun noise -> Blobs.Load noise) ]

let private usual = Nullable()

/// Label, x and y of every example.
let private points (data: Dataset) =
    [ for i in 0 .. data.Count - 1 do
          data.Labels.Span[i], float data.Values.Span[2 * i], float data.Values.Span[2 * i + 1] ]

let private near tolerance (a: float) b message =
    Expect.floatClose { absolute = tolerance; relative = 0.0 } a b message

let private deviation (values: float list) =
    let mean = List.average values
    values |> List.averageBy (fun v -> (v - mean) ** 2.0) |> sqrt

let tests =
    testList
        "planar data"
        [ test "4,000 to train on and 1,000 to test with, classes by turns, the same bytes every time" {
              for name, classes, load in loaders do
                  let one, two = load usual, load usual
                  Expect.equal one.Files[0] two.Files[0] "checksum"
                  Expect.equal one.Files[0].Name $"{name} (generated, seed 2026)" "name"
                  Expect.equal (one.Train.Count, one.Test.Count, one.Train.Classes) (4000, 1000, classes) name

                  Expect.equal (one.Train.Labels.ToArray()) (Array.init 4000 (fun i -> i % classes)) "classes by turns"

                  Expect.notEqual
                      (one.Train.Values.Slice(0, 20).ToArray())
                      (one.Test.Values.Slice(0, 20).ToArray())
                      "parts differ"
          }
          test "the store has them" {
              let store = DataStore(DataStoreOptions(null, "nowhere"))

              for name, _, load in loaders do
                  let known = store.Load(name, null)
                  Expect.equal known.Files[0] (load usual).Files[0] name
                  let info = DataStore.Known |> Seq.find (fun info -> info.Name = name)

                  Expect.equal
                      (List.ofSeq info.ClassNames, info.TrainCount, info.TestCount, List.ofSeq info.Shape)
                      (List.ofSeq known.Train.ClassNames, known.Train.Count, known.Test.Count, [ 2 ])
                      "as catalogued"
          }
          test "without noise circles have their radii, all the way round" {
              let exact = points (Circles.Load(0.0).Train)

              for label, x, y in exact do
                  near 1e-6 (sqrt (x * x + y * y)) (if label = 0 then 1.0 else 0.5) "radius"

              for label in [ 0; 1 ] do
                  for quarter in 0..3 do
                      let inside (l, x, y) =
                          l = label && int (2.0 * (atan2 y x / Math.PI + 1.0)) = quarter

                      near 60.0 (exact |> List.filter inside |> List.length |> float) 500.0 "a quarter of 2,000"
          }
          test "without noise spirals are arms a third of a turn apart" {
              for label, x, y in points (Spirals.Load(0.0).Train) do
                  let r = sqrt (x * x + y * y)
                  Expect.isTrue (r > 0.0999 && r < 1.0001) "radius"
                  let angle = 2.0 * Math.PI * (r + float label / 3.0)
                  near 1e-5 (x * cos angle + y * sin angle) r "on the arm"
          }
          test "blobs have their centres and spreads, and the wide ones overlap" {
              let all = points (Blobs.Load(usual).Train)
              let centres = [ -1.0, -1.0; 1.0, -1.0; 1.0, 1.0; -1.0, 1.0 ]

              for label, ((cx, cy), spread) in List.indexed (List.zip centres [ 0.25; 0.375; 0.5; 0.75 ]) do
                  let mine = all |> List.filter (fun (l, _, _) -> l = label)

                  let xs, ys =
                      mine |> List.map (fun (_, x, _) -> x), mine |> List.map (fun (_, _, y) -> y)

                  near 0.1 (List.average xs) cx "centre"
                  near 0.1 (List.average ys) cy "centre"
                  near (0.1 * spread) (deviation xs) spread "spread"
                  near (0.1 * spread) (deviation ys) spread "spread"

              let nearest (x, y) =
                  centres
                  |> List.indexed
                  |> List.minBy (fun (_, (cx, cy)) -> (x - cx) ** 2.0 + (y - cy) ** 2.0)
                  |> fst

              let wrong = all |> List.filter (fun (l, x, y) -> nearest (x, y) <> l) |> List.length
              Expect.isTrue (wrong > 100 && wrong < 800) $"{wrong} of 4,000 in another's quarter"
          }
          test "noise has its deviation about the same places" {
              for name, _, load in loaders |> List.filter (fun (name, _, _) -> name <> "blobs") do
                  let exact, noisy =
                      points (load (Nullable 0.0)).Train, points (load (Nullable 0.2)).Train

                  let moved =
                      List.map2 (fun (_, x, y) (_, u, v) -> [ u - x; v - y ]) exact noisy
                      |> List.concat

                  near 0.01 (List.average moved) 0.0 name
                  near 0.01 (deviation moved) 0.2 name
                  Expect.stringContains (load (Nullable 0.2)).Files[0].Name ", noise 0.2)" "told"
          }
          test "noise out of range" {
              for name, _, load in loaders do
                  for noise in [ -0.1; nan; infinity ] do
                      userError [ name; "noise" ] (fun () -> load (Nullable noise)) |> ignore
          } ]
