module GenDisc.Core.Tests.Data.Synthetic.Ising.IsingDataTests

open Expecto
open GenDisc.Core.Data.Synthetic.Ising
open GenDisc.Core.Evaluation.Physics
open GenDisc.Core.Tests.Data.Expecting

let private data = lazy IsingData.Load(4, 2.27)

let tests =
    testList
        "IsingData"
        [ test "sizes, names and classes" {
              let train, test = data.Value.Train, data.Value.Test
              Expect.equal (train.Count, test.Count) (20000, 5000) "counts"
              Expect.equal (List.ofSeq train.ExampleShape) [ 1; 4; 4 ] "shape"
              Expect.equal train.Name "ising L=4 T=2.27" "name"
              Expect.equal (List.ofSeq train.ClassNames) [ "down"; "up" ] "classes"

              Expect.equal
                  (IsingData.Load(2, 1.5, -0.5, 0.25).Train.Name)
                  "ising L=2 T=1.5 J=-0.5 h=0.25"
                  "name with J and h"

              Expect.stringContains data.Value.Files[0].Name "(generated, seed 2026)" "file"
          }
          test "the label is the sign of the magnetisation, 0 counting as up" {
              let train = data.Value.Train
              let pixels, labels = train.Pixels.ToArray(), train.Labels.ToArray()
              let mutable balanced = 0

              for i in 0 .. train.Count - 1 do
                  let example = pixels[16 * i .. 16 * i + 15]
                  let ups = example |> Array.filter ((=) 255uy) |> Array.length
                  let downs = example |> Array.filter ((=) 0uy) |> Array.length

                  if ups + downs <> 16 then
                      failtest "a grey spin"

                  if ups = downs then
                      balanced <- balanced + 1

                  if labels[i] <> (if ups >= downs then 1 else 0) then
                      failtest $"label of {i}"

              Expect.isGreaterThan balanced 0 "some have no magnetisation"
          }
          test "both parts are in equilibrium and differ" {
              let options = IsingOptions(4, 2.27)
              let exact = IsingExact.Of options

              for part in [ data.Value.Train; data.Value.Test ] do
                  let found = IsingObservables.Of(options, part)

                  for figure, expected in
                      [ found.Energy, exact.EnergyPerSpin
                        found.Magnetisation, exact.MagnetisationPerSpin
                        found.SpecificHeat, exact.SpecificHeat
                        found.Susceptibility, exact.Susceptibility ] do
                      Expect.isLessThan (abs (figure.Mean - expected)) (4.0 * figure.StandardError) $"{figure}"

              Expect.notEqual
                  (data.Value.Train.Pixels.Slice(0, 800).ToArray())
                  (data.Value.Test.Pixels.Slice(0, 800).ToArray())
                  "parts"
          }
          test "the same bytes every time" {
              let again = IsingData.Load(4, 2.27)
              Expect.equal again.Files[0].Sha256 data.Value.Files[0].Sha256 "checksum"
              Expect.notEqual (IsingData.Load(4, 2.3)).Files[0].Sha256 data.Value.Files[0].Sha256 "another temperature"
          }
          test "large lattices have fewer examples" {
              let count size =
                  IsingData.CountOf(20000, IsingOptions(size, 2.0))

              Expect.equal
                  [ count 2; count 32; count 64; count 256 ]
                  [ 20000; 20000; 5000; 312 ]
                  "in proportion to sites"
          }
          test "hostile numbers" {
              userError [ "257" ] (fun () -> IsingData.Load(257, 1.0)) |> ignore
              userError [ "temperature"; "-1" ] (fun () -> IsingData.Load(4, -1.0)) |> ignore
              userError [ "coupling" ] (fun () -> IsingData.Load(4, 1.0, nan)) |> ignore

              userError [ "Wolff" ] (fun () -> IsingData.Load(4, 1.0, 1.0, 0.5, IsingAlgorithm.Wolff))
              |> ignore
          } ]
