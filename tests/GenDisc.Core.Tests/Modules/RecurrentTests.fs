module GenDisc.Core.Tests.Modules.RecurrentTests

open Expecto
open TorchSharp
open GenDisc.Core.Modules
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Modules.Sequences

let private kinds = [ RecurrentKind.Rnn; RecurrentKind.Lstm; RecurrentKind.Gru ]
let private hidden = 3
let private sigma x = 1.0 / (1.0 + exp -x)

let private affine (weight: float array) bias (x: float array) =
    Array.chunkBySize x.Length weight
    |> Array.map2 (fun b row -> b + Array.sum (Array.map2 (*) row x)) bias

/// (state, memory) after one more step; `input` and `state` are the two affine maps.
let private cell kind input recurrent (h: float array, c: float array) x =
    let a, b: float array * float array = input x, recurrent h

    let gate (values: float array) i =
        values[i * hidden .. (i + 1) * hidden - 1]

    let both i = Array.map2 (+) (gate a i) (gate b i)

    match kind with
    | RecurrentKind.Rnn -> Array.map tanh (both 0), c
    | RecurrentKind.Lstm ->
        let forget, add = Array.map sigma (both 1), Array.map sigma (both 0)

        let memory =
            Array.map2 (+) (Array.map2 (*) forget c) (Array.map2 (*) add (Array.map tanh (both 2)))

        Array.map2 (*) (Array.map sigma (both 3)) (Array.map tanh memory), memory
    | _ ->
        let reset, keep = Array.map sigma (both 0), Array.map sigma (both 1)
        let fresh = Array.map3 (fun a r b -> tanh (a + r * b)) (gate a 2) reset (gate b 2)
        Array.map3 (fun z n h -> (1.0 - z) * n + z * h) keep fresh h, c

/// States of a sequence by the equations, with the weights of one direction.
let private states kind (layer: Recurrent) direction xs =
    let state = layer.state_dict ()
    let values name = numbers state[$"{direction}.{name}_l0"]
    let input = affine (values "weight_ih") (values "bias_ih")
    let recurrent = affine (values "weight_hh") (values "bias_hh")
    let zero = Array.zeroCreate hidden

    Array.scan (cell kind input recurrent) (zero, zero) xs
    |> Array.tail
    |> Array.map fst

let private build kind bidirectional lengths features : Net =
    new Recurrent(kind, features, hidden, bidirectional, init 3L, lengths)

let private named kind =
    testList
        $"{kind}"
        [ torchLaw "follows its equations, in both directions" (fun batch inputs stream ->
              let steps = 1 + stream.NextInt 4

              use layer = new Recurrent(kind, inputs, hidden, true, stream, SequenceLengths())

              let x = gaussians stream (batch * steps * inputs)

              let expected =
                  [| for sequence in Array.chunkBySize (steps * inputs) x do
                         let xs = Array.chunkBySize inputs sequence
                         let forth = states kind layer "forth" xs
                         let back = Array.rev (states kind layer "back" (Array.rev xs))

                         for f, b in Array.zip forth back do
                             yield! f
                             yield! b |]

              let y = layer.call ((tensorOf [ batch; steps; inputs ] x).``to`` torch.float32)

              y.shape = [| int64 batch; int64 steps; int64 (2 * hidden) |]
              && allClose 1e-5 expected (numbers y))
          torchLaw "leaves padding aside" (leavesPaddingAside (build kind false))
          torchLaw "leaves padding aside in both directions" (leavesPaddingAside (build kind true))
          torchTest "states of padding are 0, up to the tensor's last step" (fun () ->
              use layer = build kind true (told [ 1; 2 ] 4) 2
              let y = layer.call (torch.ones (2L, 4L, 2L))
              Expect.equal y.shape [| 2L; 4L; 6L |] "shape"
              let steps = Array.chunkBySize (2 * hidden) (numbers y)

              Expect.equal
                  (Array.map (Array.forall ((=) 0.0)) steps)
                  [| false; true; true; true; false; false; true; true |]
                  "which")
          torchTest "starts uniform within ±1/√hidden, from its stream alone" (fun () ->
              let build seed global' =
                  torch.manual_seed global' |> ignore
                  new Recurrent(kind, 4, 16, true, init seed, SequenceLengths())

              use layer = build 1L 1L
              use again = build 1L 2L
              use other = build 2L 1L
              Expect.equal (bits again) (bits layer) "equal streams"
              Expect.notEqual (bits other) (bits layer) "another stream"
              let state = layer.state_dict ()
              Expect.equal state.Count 8 "two directions"

              for KeyValue(name, values) in state do
                  for i, v in Array.indexed (numbers values) do
                      let isForget = name.Contains "bias_ih" && kind = RecurrentKind.Lstm && i / 16 = 1
                      let centre = if isForget then 1.0 else 0.0
                      Expect.isLessThanOrEqual (abs (v - centre)) 0.25 $"{name} {i}")
          torchLaw "learns in single precision, by faster kernels, as in double" (fun batch inputs stream ->
              let steps = 1 + stream.NextInt 5
              let real = List.init batch (fun _ -> 1 + stream.NextInt steps)
              let x = sequences stream batch steps inputs

              let slopes (precision: torch.ScalarType) =
                  use layer = build kind true (told real steps) inputs
                  layer.``to`` precision |> ignore
                  layer.call(x.``to`` precision).square().sum().backward()

                  layer.parameters ()
                  |> Seq.map (_.grad >> Unchecked.nonNull >> numbers)
                  |> Array.concat

              allClose 1e-4 (slopes torch.float64) (slopes torch.float32))
          torchTest "passes the gradient to its inputs" (fun () ->
              use layer = (build kind true (told [ 2; 3 ] 3) 2)
              layer.``to`` torch.float64 |> ignore
              let x = tensorOf [ 2; 3; 2 ] (gaussians (init 5L) 12)
              Expect.isTrue (gradientAgrees layer.call x) "central differences") ]

let tests =
    testList
        "Recurrent"
        [ yield! List.map named kinds
          torchTest "unknown cells are refused" (fun () ->
              Expect.throwsT<System.ArgumentOutOfRangeException>
                  (fun () -> build (enum 9) false (SequenceLengths()) 2 |> ignore)
                  "kind") ]
