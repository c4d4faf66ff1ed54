module GenDisc.Core.Tests.Kernels.Convolutions.MaxPool2Tests

open Expecto
open TorchSharp
open GenDisc.Core.Kernels.Convolutions
open GenDisc.Core.Kernels.Native
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Kernels.Convolutions.Images

let private imageOf (stream: RandomStream) =
    whole
        stream
        2
        [ 1 + stream.NextInt 20
          1 + stream.NextInt 20
          2 + stream.NextInt 9
          2 + stream.NextInt 9 ]

/// Value and gradient.
let private both (f: torch.Tensor -> torch.Tensor) (seed: torch.Tensor -> torch.Tensor) x =
    let x = leaf x
    let y = f x
    differentiate y (seed y)
    y, gradient x

let private agree relu seed x =
    let y, dx = both (fun x -> MaxPool2.Apply(x, relu)) seed x
    let y', dx' = both (fun x -> MaxPool2.Twin(x, relu)) seed x
    same y y' && same dx dx'

let private alike check =
    List.allPairs [ false; true ] layouts
    |> List.forall (fun (relu, layout) -> check relu layout)

let private alone =
    testSequenced
    <| testList
        "alone"
        [ torchTest "the same bits with one thread and two" (fun () ->
              let x = imageOf (init 1L)

              let run threads =
                  withThreads threads (fun () -> both (fun x -> MaxPool2.Apply(x, true)) torch.ones_like x)

              let y, dx = run 1
              let y', dx' = run 2
              Expect.isTrue (same y y' && same dx dx') "equal")
          torchTest "takes no more memory and no more nodes from call to call" (fun () ->
              let x = leaf (imageOf (init 2L))

              let once () =
                  use _scope = torch.NewDisposeScope()
                  MaxPool2.Apply(x, false).sum().backward()

              for _ in 1..20 do
                  once ()

              let memory, nodes, tensors =
                  Memory.Taken, MaxPoolNode.Nodes.Count, torch.Tensor.TotalCount

              for _ in 1..500 do
                  once ()

              Expect.equal Memory.Taken memory "bytes"
              Expect.equal MaxPoolNode.Nodes.Count nodes "nodes"
              Expect.equal torch.Tensor.TotalCount tensors "tensors") ]

let tests =
    testList
        "MaxPool2"
        [ law 100 "value and gradient as libtorch's, ties included, to the bit" (fun stream ->
              let x = imageOf stream

              let seeds =
                  whole stream 3 [ int x.shape[0]; int x.shape[1]; int x.shape[2] / 2; int x.shape[3] / 2 ]

              alike (fun relu layout ->
                  let x = layout x
                  MaxPool2.Fits x && agree relu (fun _ -> seeds) x))
          law 50 "an expanded gradient" (fun stream ->
              let x = imageOf stream
              alike (fun relu layout -> agree relu (fun y -> (torch.ones 1L).expand y.shape) (layout x)))
          law 50 "NaN and infinities" (fun stream ->
              let x = poisoned stream (imageOf stream)
              alike (fun relu layout -> agree relu torch.ones_like (layout x)))
          torchTest "what does not fit" (fun () ->
              let x = whole (init 3L) 2 [ 2; 3; 4; 5 ]
              Expect.isTrue (MaxPool2.Fits x && MaxPool2.Fits(channelsLast x)) "either layout"
              Expect.isFalse (MaxPool2.Fits(x.transpose (2L, 3L))) "height and width exchanged"
              Expect.isFalse (MaxPool2.Fits(x.``to`` torch.float64)) "float64"
              Expect.isFalse (MaxPool2.Fits(x.reshape (2L, -1L))) "two sides"
              Expect.isFalse (MaxPool2.Fits(whole (init 4L) 2 [ 2; 3; 1; 5 ])) "too low"
              Expect.isFalse (MaxPool2.Fits(whole (init 4L) 2 [ 2; 3; 5; 1 ])) "too narrow")
          torchTest "nothing is recorded without a gradient" (fun () ->
              let x = whole (init 5L) 2 [ 2; 3; 4; 5 ]
              Expect.isFalse (MaxPool2.Apply(x, true)).requires_grad "a constant"
              use _ = torch.no_grad ()
              Expect.isFalse (MaxPool2.Apply(leaf x, true)).requires_grad "no_grad")
          alone ]
