module GenDisc.Core.Tests.Kernels.Convolutions.ConvolutionBlockTests

open Expecto
open TorchSharp
open GenDisc.Core.Kernels.Convolutions
open GenDisc.Core.Kernels.Native
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Kernels
open GenDisc.Core.Tests.Kernels.Convolutions.Images

type private Case =
    { Batch: int
      Inputs: int
      Outputs: int
      Height: int
      Width: int
      Transposed: bool
      Relu: bool
      Pool: bool
      Layout: torch.Tensor -> torch.Tensor }

let private flag (stream: RandomStream) = stream.NextInt 2 = 0

let private caseOf (stream: RandomStream) =
    let pool = flag stream
    let smallest = if pool then 2 else 1

    { Batch = 1 + stream.NextInt 20
      Inputs = 1 + stream.NextInt 20
      Outputs = 1 + stream.NextInt 20
      Height = smallest + stream.NextInt 9
      Width = smallest + stream.NextInt 9
      Transposed = flag stream
      Relu = flag stream
      Pool = pool
      Layout = layouts[stream.NextInt 2] }

let private inputs case (numbers: int list -> torch.Tensor) =
    let x = case.Layout(numbers [ case.Batch; case.Inputs; case.Height; case.Width ])

    let first, second =
        if case.Transposed then case.Inputs, case.Outputs else case.Outputs, case.Inputs

    x, numbers [ first; second; 3; 3 ], numbers [ case.Outputs ]

let private apply case (x, w, b) =
    ConvolutionBlock.Apply(x, w, b, case.Transposed, case.Relu, case.Pool)

let private twin case (x, w, b) =
    ConvolutionBlock.Twin(x, w, b, case.Transposed, case.Relu, case.Pool)

/// Value and gradients of x, weight and bias.
let private all f (x, w, b) (seed: torch.Tensor -> torch.Tensor) =
    let x, w, b = leaf x, leaf w, leaf b
    let y: torch.Tensor = f (x, w, b)
    differentiate y (seed y)
    y, gradient x, gradient w, gradient b

let private agree case tensors (seed: torch.Tensor -> torch.Tensor) equal =
    let y, dx, dw, db = all (apply case) tensors seed
    let y', dx', dw', db' = all (twin case) tensors seed
    equal y y' && equal dx dx' && equal dw dw' && equal db db'

let private laws =
    testList
        "as libtorch"
        [ law 300 "value and gradients of whole numbers, to the bit, seeds of either layout" (fun stream ->
              let case = caseOf stream
              let tensors = inputs case (whole stream 2)

              let seeds =
                  whole stream 2 (List.map int ((twin case tensors).shape |> List.ofArray))

              let layout = layouts[stream.NextInt 2]
              ConvolutionBlock.Fits tensors && agree case tensors (fun _ -> layout seeds) same)
          law 30 "images of several strips and layers of many channels" (fun stream ->
              let case =
                  { caseOf stream with
                      Batch = 1 + stream.NextInt 3
                      Inputs = 1 + stream.NextInt 60
                      Outputs = 1 + stream.NextInt 60
                      Height = 2 + stream.NextInt 40
                      Width = 2 + stream.NextInt 40 }

              let seeds (y: torch.Tensor) =
                  whole (init 1L) 2 (List.map int (List.ofArray y.shape))

              agree case (inputs case (whole stream 2)) seeds same)
          law 100 "value and gradients of real numbers, to 1e-4 of the larger one or of 1" (fun stream ->
              // Against double precision: libtorch's own single precision can be off by more where long sums cancel.
              // A maximum or a ReLU of numbers that are equal but for rounding may go either way: neither here.
              let case =
                  { caseOf stream with
                      Relu = false
                      Pool = false }

              let gaussian (shape: int list) =
                  (tensorOf shape (gaussians stream (List.fold (*) 1 shape))).``to`` torch.float32

              let tensors = inputs case gaussian
              let seeds = gaussian [ case.Batch; case.Outputs; case.Height; case.Width ]
              let x, w, b = tensors
              let y, dx, dw, db = all (apply case) tensors (fun _ -> seeds)

              let y', dx', dw', db' =
                  all (twin case) (Trials.doubled x, Trials.doubled w, Trials.doubled b) (fun _ ->
                      Trials.doubled seeds)

              List.forall2 (fun a b -> allClose 1e-4 (numbers a) (numbers b)) [ y; dx; dw; db ] [ y'; dx'; dw'; db' ])
          law 100 "an expanded gradient" (fun stream ->
              let case = caseOf stream
              let tensors = inputs case (whole stream 2)
              agree case tensors (fun y -> (torch.ones 1L).expand y.shape) same)
          law 100 "NaN and infinities in x" (fun stream ->
              let case = caseOf stream
              let x, w, b = inputs case (whole stream 2)
              let tensors = poisoned stream x |> case.Layout, w, b
              let seed (y: torch.Tensor) = torch.ones_like y
              let y, dx, dw, db = all (apply case) tensors seed
              let y', dx', dw', db' = all (twin case) tensors seed
              // Zeros of a border times infinity are NaN, and of which image the border is, is free: so only the tap in
              // the middle, which meets no border, has them in the same places.
              let middle (t: torch.Tensor) =
                  t[torch.TensorIndex.Ellipsis, torch.TensorIndex.Single 1L, torch.TensorIndex.Single 1L]

              same y y'
              && same dx dx'
              && same (middle dw) (middle dw')
              && sameNumbers dw dw'
              && same db db')
          law 50 "gradients only where they are asked for" (fun stream ->
              let case = caseOf stream
              let x, w, b = inputs case (whole stream 2)
              let asks t = if flag stream then leaf t else t
              let x, w, b = asks x, asks w, asks b
              let y = apply case (x, w, b)
              let any = List.exists (fun (t: torch.Tensor) -> t.requires_grad) [ x; w; b ]

              if any then
                  differentiate y (torch.ones_like y)

              let _, dx, dw, db = all (twin case) (x, w, b) torch.ones_like

              y.requires_grad = any
              && List.forall2
                  (fun (t: torch.Tensor) expected ->
                      match t.grad with
                      | null -> not t.requires_grad
                      | given -> t.requires_grad && same given expected)
                  [ x; w; b ]
                  [ dx; dw; db ]) ]

let private example =
    { Batch = 33
      Inputs = 5
      Outputs = 12
      Height = 7
      Width = 6
      Transposed = false
      Relu = true
      Pool = true
      Layout = id }

let private cases =
    [ torchTest "the result has its channels last and is no view" (fun () ->
          let x, w, b = inputs example (whole (init 1L) 2)
          let y = apply example (leaf x, leaf w, leaf b)
          Expect.equal (y.permute(0L, 2L, 3L, 1L).is_contiguous()) true "channels last"
          Expect.equal ((y.add_ (torch.tensor 1f)).shape) [| 33L; 12L; 3L; 3L |] "may be changed in place")
      torchTest "changing the result in place does not change the gradient" (fun () ->
          let tensors = inputs { example with Pool = false } (whole (init 2L) 2)

          let changed f t =
              (f t: torch.Tensor).mul_(torch.tensor 3f)

          let case = { example with Pool = false }
          let _, dx, dw, db = all (changed (apply case)) tensors torch.ones_like
          let _, dx', dw', db' = all (fun t -> twin case t * 3f) tensors torch.ones_like
          Expect.all [ same dx dx'; same dw dw'; same db db' ] id "equal")
      torchTest "nothing is recorded under no_grad" (fun () ->
          use _ = torch.no_grad ()
          let x, w, b = inputs example (whole (init 3L) 2)
          let tensors = leaf x, leaf w, leaf b
          let y = apply example tensors
          Expect.isFalse y.requires_grad "constant"
          Expect.isTrue (same y (twin example tensors)) "value")
      torchTest "what does not fit" (fun () ->
          let x, w, b = inputs example (whole (init 4L) 2)
          let fits x = ConvolutionBlock.Fits(x, w, b)
          Expect.isTrue (fits x && fits (channelsLast x)) "either layout"
          Expect.isFalse (fits (x.transpose (2L, 3L))) "height and width exchanged"
          Expect.isFalse (fits x[torch.TensorIndex.Colon, torch.TensorIndex.Slice(1, 5)]) "a slice of channels"
          Expect.isFalse (fits (x.``to`` torch.float64)) "float64"
          Expect.isFalse (fits (x.reshape (33L, -1L))) "two sides"
          Expect.isFalse (fits (x[torch.TensorIndex.Slice(0, 0)])) "no images"
          Expect.isFalse (ConvolutionBlock.Fits(x, w.permute (0L, 1L, 3L, 2L), b)) "a permuted weight"
          let large = whole (init 5L) 2 [ 128; 128; 3; 3 ]
          Expect.isFalse (ConvolutionBlock.Fits(whole (init 5L) 2 [ 2; 128; 4; 4 ], large, torch.ones 128L)) "too many"
          Expect.isFalse (ConvolutionBlock.Fits(x, (whole (init 5L) 2 [ 12; 5; 5; 5 ]), b)) "5 × 5")
      torchTest "what has no result fails as in libtorch" (fun () ->
          let failing (f: unit -> torch.Tensor) =
              try
                  f () |> ignore
                  failtest "no failure"
              with :? System.Runtime.InteropServices.ExternalException as e ->
                  e.Message

          for case in
              [ { example with Height = 1 }
                { example with
                    Width = 1
                    Transposed = true } ] do
              let tensors = inputs case (whole (init 6L) 2)
              Expect.equal (failing (fun () -> apply case tensors)) (failing (fun () -> twin case tensors)) "message"

          let x, w, b = inputs example (whole (init 7L) 2)
          let wrong = { example with Transposed = true }

          Expect.equal
              (failing (fun () -> apply wrong (x, w, b)))
              (failing (fun () -> twin wrong (x, w, b)))
              "channels")
      torchTest "a second use of the graph is an error" (fun () ->
          let x, w, b = inputs example (whole (init 8L) 2)
          let w = leaf w
          let y = apply example (x, w, b)
          let seed = torch.ones_like y
          y.backward ([| seed |], retain_graph = true)

          Expect.throws (fun () -> differentiate y seed) "used") ]

// Threads and taken memory are those of the whole process.
let private alone =
    testSequenced
    <| testList
        "alone"
        [ torchTest "the same bits with one thread and two" (fun () ->
              for inputChannels, outputs in [ 5, 12; 16, 1; 1, 16; 24, 32 ] do
                  let case =
                      { example with
                          Inputs = inputChannels
                          Outputs = outputs }

                  let gaussian (shape: int list) =
                      (tensorOf shape (gaussians (init 9L) (List.fold (*) 1 shape))).``to`` torch.float32

                  let tensors = inputs case gaussian

                  let bits threads =
                      withThreads threads (fun () ->
                          let y, dx, dw, db = all (apply case) tensors torch.ones_like
                          List.map floats [ y; dx; dw; db ])

                  Expect.equal (bits 2) (bits 1) $"{inputChannels} to {outputs} channels")
          torchTest "takes no more memory and no more nodes from call to call" (fun () ->
              let x, w, b = inputs example (whole (init 10L) 2)
              let x, w, b = leaf x, leaf w, leaf b

              let once () =
                  use _scope = torch.NewDisposeScope()
                  let y = apply example (x, w, b)
                  y.sum().backward()
                  apply example (x, w, b) |> ignore

              for _ in 1..20 do
                  once ()

              let memory, nodes, tensors =
                  Memory.Taken, ConvolutionNode.Nodes.Count, torch.Tensor.TotalCount

              for _ in 1..500 do
                  once ()

              Expect.equal Memory.Taken memory "bytes"
              Expect.equal ConvolutionNode.Nodes.Count nodes "nodes"
              Expect.equal torch.Tensor.TotalCount tensors "tensors") ]

let tests = testList "ConvolutionBlock" (laws :: alone :: cases)
