module GenDisc.Core.Tests.Evaluation.Physics.IsingObservablesTests

open System
open System.Threading
open Expecto
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Data.Synthetic.Ising
open GenDisc.Core.Evaluation.Physics
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Data.Expecting

let private model = IsingOptions(4, 2.5, 0.9, 0.1)

let private draws =
    lazy IsingSampler.Sample(model, 400, RandomStream(9L, "observables"))

let private dataset (pixels: byte array) count =
    Dataset.OfPixels("spins", [ 1; 4; 4 ], memory pixels, memory (Array.zeroCreate count), [ "one" ])

let tests =
    testList
        "IsingObservables"
        [ test "by hand" {
              let model = IsingOptions(2, 2.0)

              let found =
                  IsingObservables.Of(model, [| -8.0; 0.0; 0.0; -8.0 |], [| 4.0; -2.0; 0.0; -4.0 |])

              Expect.floatClose Accuracy.high found.Energy.Mean -1.0 "e"
              Expect.floatClose Accuracy.high found.Magnetisation.Mean (10.0 / 16.0) "|m|"
              Expect.equal found.Draws 4 "draws"
              // In chains of one draw, the variances are the sample's: 64/3 and 11/3.
              let many =
                  IsingObservables.Of(
                      model,
                      Array.replicate 5 [| -8.0; 0.0; 0.0; -8.0 |] |> Array.concat,
                      Array.replicate 5 [| 4.0; -2.0; 0.0; -4.0 |] |> Array.concat,
                      20
                  )

              Expect.floatClose Accuracy.medium many.SpecificHeat.Mean (320.0 / 19.0 / 4.0 / 4.0) "C"
              Expect.floatClose Accuracy.medium many.Susceptibility.Mean (55.0 / 19.0 / 4.0 / 2.0) "chi"
          }
          test "tensors of spins, of bits and of images, and data give the same" {
              let draws = draws.Value
              let expected = IsingObservables.Of draws
              use spins = torch.tensor(draws.Spins).reshape(400L, 16L)
              use floats = spins.``to`` (torch.float32)
              use bits = (floats + 1.0f.ToScalar()) / 2.0f.ToScalar()
              use images = bits.reshape (400L, 1L, 4L, 4L)
              use turned = floats.t().contiguous().t()
              use doubles = bits.``to`` (torch.float64)

              for states in [ spins; floats; bits; images; turned; doubles ] do
                  Expect.equal (IsingObservables.OfStates(model, states)) expected "figures"

              let pixels = draws.Spins |> Array.map (fun spin -> if spin > 0y then 255uy else 0uy)
              Expect.equal (IsingObservables.Of(model, dataset pixels 400)) expected "data"
          }
          test "what is no configuration" {
              use grey = torch.full ([| 3L; 16L |], 0.5f.ToScalar())

              userError [ "configuration 0"; "0.5" ] (fun () -> IsingObservables.OfStates(model, grey))
              |> ignore

              use missing = torch.full ([| 3L; 16L |], Single.NaN.ToScalar())

              userError [ "NaN" ] (fun () -> IsingObservables.OfStates(model, missing))
              |> ignore

              use narrow = torch.zeros (3L, 9L)

              userError [ "[3, 9]"; "16" ] (fun () -> IsingObservables.OfStates(model, narrow))
              |> ignore

              use empty = torch.zeros (0L, 16L)

              userError [ "[0, 16]" ] (fun () -> IsingObservables.OfStates(model, empty))
              |> ignore

              let pixels = Array.create 32 255uy
              pixels[20] <- 7uy

              userError [ "configuration 1"; "7" ] (fun () -> IsingObservables.Of(model, dataset pixels 2))
              |> ignore

              userError [ "spins"; "25" ] (fun () ->
                  IsingObservables.Of(IsingOptions(5, 1.0), dataset (Array.zeroCreate 32) 2))
              |> ignore

              Expect.throws (fun () -> IsingObservables.Of(model, [| 1.0 |], [| 1.0; 2.0 |]) |> ignore) "lengths"
          }
          test "a curve of a small lattice is exact" {
              let curve = IsingCurve.Of(3, [ 1.0; 2.0 ], RandomStream(1L, "curve"), 0.8, 0.2)

              for point, t in Seq.zip curve.Points [ 1.0; 2.0 ] do
                  let exact = IsingExact.Of(IsingOptions(3, t, 0.8, 0.2))
                  Expect.equal point (IsingObservables.Exact exact) "values"
                  Expect.equal (point.Energy.Mean, point.Energy.StandardError) (exact.EnergyPerSpin, 0.0) "no error"
          }
          test "a curve of a larger one: exact energies, drawn magnetisations" {
              let take () =
                  IsingCurve.Of(8, IsingCurve.UsualTemperatures, RandomStream(1L, "curve"), draws = 300)

              let curve = take ()

              Expect.equal
                  [ for p in curve.Points -> p.Model.Temperature ]
                  [ for i in 5..18 -> float i / 5.0 ]
                  "temperatures"

              Expect.equal (List.ofSeq (take ()).Points) (List.ofSeq curve.Points) "deterministic"

              for point in curve.Points do
                  Expect.equal point.Energy.Mean (Kaufman.EnergyPerSpin point.Model) "e"
                  Expect.equal point.SpecificHeat.Mean (Kaufman.SpecificHeat point.Model) "C"
                  Expect.isGreaterThan point.Magnetisation.StandardError 0.0 "|m| has an error"

              let magnetisations = [ for point in curve.Points -> point.Magnetisation.Mean ]
              Expect.isGreaterThan magnetisations.Head 0.99 "ordered"
              Expect.isLessThan (List.last magnetisations) 0.35 "disordered"
              let field = IsingCurve.Of(5, [ 2.5 ], RandomStream(1L, "field"), 1.0, 0.3, 200)
              Expect.isGreaterThan field.Points[0].Energy.StandardError 0.0 "with a field all is drawn"
          }
          test "hostile curves" {
              let stream = RandomStream(1L, "hostile")

              userError [ "no temperature" ] (fun () -> IsingCurve.Of(8, [], stream))
              |> ignore

              userError [ "temperature"; "-2" ] (fun () -> IsingCurve.Of(8, [ 1.0; -2.0 ], stream))
              |> ignore

              userError [ "draws" ] (fun () -> IsingCurve.Of(8, [ 1.0 ], stream, draws = 1))
              |> ignore

              userError [ "300" ] (fun () -> IsingCurve.Of(300, [ 1.0 ], stream)) |> ignore

              Expect.throwsT<OperationCanceledException>
                  (fun () -> IsingCurve.Of(8, [ 1.0 ], stream, cancel = CancellationToken true) |> ignore)
                  "cancelled"
          } ]
