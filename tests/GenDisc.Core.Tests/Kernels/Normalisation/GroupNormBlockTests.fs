module GenDisc.Core.Tests.Kernels.Normalisation.GroupNormBlockTests

open Expecto
open TorchSharp
open GenDisc.Core.Kernels.Native
open GenDisc.Core.Kernels.Normalisation
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Kernels
open GenDisc.Core.Tests.Kernels.Convolutions.Images

type private Inputs =
    { X: torch.Tensor
      Scale: torch.Tensor
      Offset: torch.Tensor
      Shift: torch.Tensor option
      Groups: int
      Silu: bool }

let private normals (stream: RandomStream) shape = Trials.floats stream shape

let private drawn (stream: RandomStream) =
    let groups = [| 1; 2; 4; 8 |][stream.NextInt 4]
    let channels = 8 * (1 + stream.NextInt 6)

    let batch, height, width =
        1 + stream.NextInt 5, 2 + stream.NextInt 19, 2 + stream.NextInt 19

    { X = channelsLast ((normals stream [ batch; channels; height; width ]).mul(2.0f.ToScalar()).add(1.0f.ToScalar()))
      Scale = normals stream [ channels ]
      Offset = normals stream [ channels ]
      Shift = if stream.NextInt 2 = 0 then None else Some(normals stream [ batch; channels ])
      Groups = groups
      Silu = stream.NextInt 2 = 0 }

let private kernel i =
    GroupNormBlock.Apply(i.X, i.Scale, i.Offset, Option.toObj i.Shift, i.Groups, i.Silu)

let private twin i =
    GroupNormBlock.Twin(i.X, i.Scale, i.Offset, Option.toObj i.Shift, i.Groups, i.Silu)

let private fits i =
    GroupNormBlock.Fits(i.X, i.Scale, i.Offset, Option.toObj i.Shift, i.Groups)

/// Value and the gradients of all inputs.
let private all f (convert: torch.Tensor -> torch.Tensor) (seed: torch.Tensor) i =
    let ready t = leaf (convert t)

    let i =
        { i with
            X = ready i.X
            Scale = ready i.Scale
            Offset = ready i.Offset
            Shift = Option.map ready i.Shift }

    let y: torch.Tensor = f i
    differentiate y (convert seed)

    [ y
      gradient i.X
      gradient i.Scale
      gradient i.Offset
      yield! i.Shift |> Option.map gradient |> Option.toList ]

let private agree tolerance (seed: torch.Tensor) i =
    fits i
    && List.forall2 (Trials.agrees tolerance) (all kernel id seed i) (all twin Trials.doubled seed i)

let private seedOf (stream: RandomStream) i =
    normals stream (i.X.shape |> Array.map int |> List.ofArray)

let private alone =
    testSequenced
    <| testList
        "alone"
        [ torchTest "the same bits with one thread and two" (fun () ->
              let stream = init 1L

              let i =
                  { X = channelsLast (normals stream [ 9; 24; 13; 17 ])
                    Scale = normals stream [ 24 ]
                    Offset = normals stream [ 24 ]
                    Shift = Some(normals stream [ 9; 24 ])
                    Groups = 8
                    Silu = true }

              let seed = seedOf stream i

              let run threads =
                  withThreads threads (fun () -> all kernel id seed i)

              Expect.isTrue (List.forall2 same (run 1) (run 2)) "equal")
          torchTest "takes no more memory and no more nodes from call to call" (fun () ->
              let stream = init 2L
              let x = leaf (channelsLast (normals stream [ 3; 16; 5; 5 ]))
              let shift = leaf (normals stream [ 3; 16 ])
              let one, zero = torch.ones 16L, torch.zeros 16L

              let once () =
                  use _scope = torch.NewDisposeScope()
                  let y = GroupNormBlock.Apply(x, one, zero, shift, 8, true)
                  GroupNormBlock.Apply(y, one, zero, null, 8, false).sum().backward()

              for _ in 1..20 do
                  once ()

              let measure () =
                  Memory.Taken, GroupNormNode.Plain.Count, GroupNormNode.Shifted.Count, torch.Tensor.TotalCount

              let before = measure ()

              for _ in 1..500 do
                  once ()

              Expect.equal (measure ()) before "bytes, nodes, tensors") ]

let tests =
    testList
        "GroupNormBlock"
        [ law 100 "value and gradients as libtorch's in double precision" (fun stream ->
              let i = drawn stream
              agree 1e-4 (seedOf stream i) i)
          law 30 "values far from zero" (fun stream ->
              let i = drawn stream

              let i =
                  { i with
                      X = channelsLast (i.X + 300.0)
                      Silu = false }

              agree 1e-2 (seedOf stream i) i)
          law 30 "an expanded gradient" (fun stream ->
              let i = drawn stream
              agree 1e-3 ((torch.ones 1L).expand i.X.shape) i)
          law 50 "NaN where libtorch's is" (fun stream ->
              let i = drawn stream

              let i =
                  { i with
                      X = channelsLast (poisoned stream i.X) }

              let seed = torch.ones_like i.X

              List.forall2
                  (fun (a: torch.Tensor) (b: torch.Tensor) ->
                      same (a.isnan().``to`` torch.float32) (b.isnan().``to`` torch.float32))
                  (all kernel id seed i)
                  (all twin id seed i))
          torchTest "an image of one value becomes the offset, and passes no gradient on" (fun () ->
              let offset = normals (init 3L) [ 8 ]

              let i =
                  { X = channelsLast (torch.ones (2L, 8L, 3L, 3L) * 7.0f.ToScalar())
                    Scale = torch.ones 8L
                    Offset = offset
                    Shift = None
                    Groups = 2
                    Silu = false }

              match all kernel id (torch.ones_like i.X) i with
              | y :: dx :: _ ->
                  Expect.isTrue (Trials.agrees 1e-3 y (offset.view(1L, 8L, 1L, 1L).expand i.X.shape)) "the offset"
                  Expect.isTrue (Trials.agrees 1e-2 dx (torch.zeros_like dx)) "flat"
              | _ -> failtest "value and gradient")
          torchTest "what does not fit" (fun () ->
              let i =
                  { drawn (init 4L) with
                      X = channelsLast (normals (init 5L) [ 2; 16; 4; 5 ])
                      Scale = torch.ones 16L
                      Offset = torch.zeros 16L
                      Shift = Some(torch.zeros (2L, 16L))
                      Groups = 8 }

              Expect.isTrue (fits i) "this one"
              Expect.isFalse (fits { i with X = i.X.contiguous () }) "channels first"
              Expect.isFalse (fits { i with X = i.X.``to`` torch.float64 }) "float64"
              Expect.isFalse (fits { i with Groups = 3 }) "groups of unequal size"
              Expect.isFalse (fits { i with Scale = torch.ones 8L }) "another scale"

              Expect.isFalse
                  (fits
                      { i with
                          Shift = Some(torch.zeros (1L, 16L)) })
                  "a shift for all"

              Expect.isFalse
                  (fits
                      { i with
                          X = channelsLast (torch.ones (2L, 12L, 4L, 5L)) })
                  "12 channels")
          torchTest "nothing is recorded without a gradient" (fun () ->
              let i = drawn (init 6L)
              Expect.isFalse (kernel i).requires_grad "a constant"
              use _ = torch.no_grad ()
              Expect.isFalse (kernel { i with X = leaf i.X }).requires_grad "no_grad")
          alone ]
