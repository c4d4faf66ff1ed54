module GenDisc.Core.Tests.Training.Energy.ReplayBufferTests

open System
open Expecto
open FsCheck.FSharp
open TorchSharp
open GenDisc.Core.Training.Energy
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Training.Energy.Energies

let private buffer options seed =
    new ReplayBuffer([ 2; 3 ], options, stream seed)

let private never = SgldOptions(BufferSize = 10, Reinitialise = 0.0)

let private drawn (buffer: ReplayBuffer) n =
    let places = Array.zeroCreate<int64> n
    let states = buffer.Draw(places.AsSpan())
    places, states

let private all (buffer: ReplayBuffer) =
    numbers (buffer.First Int32.MaxValue) |> Array.chunkBySize 6

let tests =
    testList
        "ReplayBuffer"
        [ torchTest "it starts full of chains from where options say" (fun () ->
              use unit = buffer (SgldOptions(BufferSize = 2000)) 1L
              let values = numbers (unit.First 2000)
              Expect.equal values.Length (2000 * 6) "full"
              Expect.all values (fun v -> v >= 0.0 && v < 1.0) "in [0, 1)"
              let mean, error = meanAndError values
              Expect.isLessThan (abs (mean - 0.5)) (5.0 * error) "uniform"
              use normal = buffer (SgldOptions(BufferSize = 2000, UnitInterval = false)) 1L
              let values = numbers (normal.First 2000)
              let mean, error = meanAndError values
              Expect.isLessThan (abs mean) (5.0 * error) "mean 0"
              let square, error = meanAndError (values |> Array.map (fun v -> v * v))
              Expect.isLessThan (abs (square - 1.0)) (5.0 * error) "variance 1"
              Expect.equal (unit.Moved, normal.Moved) (0, 0) "none has moved")
          testProperty
              "a draw gives different places and what they hold"
              (Prop.forAll (Arb.fromGen (Gen.zip (Gen.choose (1, 10)) (Gen.choose (1, 1000)))) (fun (n, seed) ->
                  use _scope = torch.NewDisposeScope()
                  use buffer = buffer never (int64 seed)
                  let held = all buffer

                  List.forall
                      (fun _ ->
                          let places, states = drawn buffer n

                          (Array.distinct places).Length = n
                          && (numbers states |> Array.chunkBySize 6) = (places |> Array.map (fun p -> held[int p])))
                      [ 1..3 ]))
          torchTest "every place is drawn, and equally often" (fun () ->
              use buffer = buffer never 1L
              let counts = Array.zeroCreate<int> 10

              for _ in 1..2000 do
                  for place in fst (drawn buffer 3) do
                      counts[int place] <- counts[int place] + 1
              // Binomial(2000, 0.3): standard deviation 20.5.
              Expect.all counts (fun c -> abs (c - 600) < 103) "within five of them")
          torchTest "what is written back is what is drawn next, and it has moved" (fun () ->
              use buffer = buffer never 1L
              let places, states = drawn buffer 4
              buffer.Keep(ReadOnlySpan places, states.add ((2.0).ToScalar()))
              let moved = states.add ((2.0).ToScalar()) |> numbers |> Array.chunkBySize 6
              Expect.equal buffer.Moved 4 "four"
              Expect.equal (Array.sort (all buffer)) (Array.sort moved) "first of those that have moved"
              let again, held = drawn buffer 10
              let held = numbers held |> Array.chunkBySize 6

              for place, row in Array.zip places moved do
                  Expect.equal held[Array.findIndex ((=) place) again] row "there"

              buffer.Keep(ReadOnlySpan [| places[2] |], states[0L].unsqueeze(0L))
              Expect.equal (numbers (buffer.Longest 1)) (numbers states[0L]) "moved twice"
              buffer.Refill()
              Expect.equal buffer.Moved 0 "none after refilling"
              Expect.all (Array.concat (all buffer)) (fun v -> v < 1.0) "all anew")
          torchTest "chains start anew with the chance of the options" (fun () ->
              let restarts chance =
                  use buffer = buffer (SgldOptions(BufferSize = 1000, Reinitialise = chance)) 1L
                  let places, states = drawn buffer 1000
                  buffer.Keep(ReadOnlySpan places, states.add ((2.0).ToScalar()))
                  let _, states = drawn buffer 1000

                  let fresh =
                      numbers states
                      |> Array.chunkBySize 6
                      |> Array.filter (Array.forall (fun v -> v < 1.0))

                  Expect.equal buffer.Moved (1000 - fresh.Length) "those have not moved"
                  fresh.Length

              Expect.equal (restarts 0.0, restarts 1.0) (0, 1000) "never and always"
              // Binomial(1000, 0.05): standard deviation 6.9.
              Expect.isLessThan (abs (restarts 0.05 - 50)) 35 "one in twenty")
          torchTest "equal streams give equal buffers and draws" (fun () ->
              let run seed =
                  use buffer = buffer (SgldOptions(BufferSize = 20, Reinitialise = 0.3)) seed
                  let places, states = drawn buffer 7
                  buffer.Keep(ReadOnlySpan places, states.neg ())
                  let places', states' = drawn buffer 20
                  places, places', numbers states', all buffer

              Expect.equal (run 1L) (run 1L) "equal"
              Expect.notEqual (run 1L) (run 2L) "another seed")
          torchTest "a batch larger than the buffer is a user error" (fun () ->
              use buffer = buffer never 1L

              userError [ "10 chains"; "11"; "buffer"; "batch" ] (fun () -> drawn buffer 11)
              |> ignore) ]
