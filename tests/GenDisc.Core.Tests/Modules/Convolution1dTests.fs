module GenDisc.Core.Tests.Modules.Convolution1dTests

open Expecto
open TorchSharp
open GenDisc.Core.Modules
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Modules.Sequences

let private outputs = 2

let private build dilation causal lengths features : Net =
    new Convolution1d(features, outputs, dilation, causal, init 4L, lengths)

let private followsItsFormula causal batch inputs (stream: GenDisc.Core.Runtime.RandomStream) =
    let steps, dilation = 1 + stream.NextInt 6, 1 + stream.NextInt 3
    use layer = build dilation causal (SequenceLengths()) inputs
    let state = layer.state_dict ()
    let weight, bias = numbers state["weight"], numbers state["bias"]
    let x = gaussians stream (batch * steps * inputs)

    let at b t i =
        if t < 0 || t >= steps then 0.0 else x[(b * steps + t) * inputs + i]

    let first = if causal then -2 * dilation else -dilation

    let expected =
        [| for b in 0 .. batch - 1 do
               for t in 0 .. steps - 1 do
                   for o in 0 .. outputs - 1 do
                       bias[o]
                       + List.sum
                           [ for i in 0 .. inputs - 1 do
                                 for k in 0..2 do
                                     weight[(o * inputs + i) * 3 + k] * at b (t + first + k * dilation) i ] |]

    let y = layer.call ((tensorOf [ batch; steps; inputs ] x).``to`` torch.float32)

    y.shape = [| int64 batch; int64 steps; int64 outputs |]
    && allClose 1e-5 expected (numbers y)

let tests =
    testList
        "Convolution1d"
        [ torchLaw "is Σ w x over the step and both neighbours" (followsItsFormula false)
          torchLaw "causal, over the step and two before" (followsItsFormula true)
          torchLaw "causal, what comes after a step does not change it" (fun batch features stream ->
              let steps, dilation = 2 + stream.NextInt 6, 1 + stream.NextInt 3
              use layer = build dilation true (SequenceLengths()) features
              let x = sequences stream batch steps features
              let known = int64 (1 + stream.NextInt(steps - 1))
              let future = sequences stream batch (steps - int known) features
              let other = torch.cat ([| x.narrow (1, 0L, known); future |], 1L)

              let past (x: torch.Tensor) =
                  numbers (layer.call(x).narrow(1, 0L, known))

              past x = past other)
          torchLaw "leaves padding aside" (leavesPaddingAside (build 1 false))
          torchLaw "leaves padding aside, causal and dilated" (leavesPaddingAside (build 2 true))
          torchTest "starts uniform within ±1/√(3·inputs), from its stream alone" (fun () ->
              use layer = new Convolution1d(12, 5, 1, false, init 1L, SequenceLengths())
              use again = new Convolution1d(12, 5, 4, true, init 1L, SequenceLengths())
              use other = new Convolution1d(12, 5, 1, false, init 2L, SequenceLengths())
              Expect.equal (bits again) (bits layer) "equal streams"
              Expect.notEqual (bits other) (bits layer) "another stream"
              Expect.all (numbers (layer.state_dict()["weight"])) (fun w -> abs w <= 1.0 / 6.0) "bound") ]
