module GenDisc.Core.Tests.Kernels.Autograd.GradientNodeTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Kernels.Autograd
open GenDisc.Core.Kernels.Native
open GenDisc.Core.Tests.Kernels.Trials
open GenDisc.Core.Tests.Modules.Building

/// 3x, or a failure on the way back.
type private Tripling() =
    inherit GradientNode(1)
    member val Fails = false with get, set

    override this.Backward(gradient: nativeint, inputs: Span<nativeint>) =
        if this.Fails then
            failwith "no gradient today"

        use given = torch.Tensor.UnsafeCreateTensor(LibTorch.Detach gradient)
        inputs[0] <- LibTorch.Detach (given * (3.0).ToScalar()).Handle

    override _.Release() = ()

let private pool = NodePool<Tripling>(fun () -> new Tripling())

let private tripled fails (x: torch.Tensor) =
    let output = x.detach () * (3.0).ToScalar()
    let node = pool.Rent()
    node.Fails <- fails
    node.Attach(ReadOnlySpan [| x.Handle |], output)
    output

let private run (root: torch.Tensor) (gradient: torch.Tensor) =
    use roots = new Roots()
    roots.Add(root, gradient)
    roots.Backward()

// Sequenced: the number of nodes and the memory are those of the whole process.
let tests =
    testSequenced
    <| testList
        "GradientNode"
        [ sizedLaw "gradients pass through nodes and libtorch's own operations" [ 1, 5; 1, 5 ] (fun sizes stream ->
              let x = leaf stream sizes

              let y =
                  tripled false ((tripled false (x.mul ((2.0).ToScalar()))).add((1.0).ToScalar()))

              y.sum().backward()
              numbers (taken x) |> Array.forall (fun g -> g = 18.0))
          sizedLaw "a pass from given roots leaves the same gradients" [ 1, 5; 1, 5 ] (fun sizes stream ->
              let x = leaf stream sizes
              let g = floats stream sizes
              (tripled false x).backward(ResizeArray [ g ])
              let ordinary = numbers (taken x)
              run (tripled false x) g
              numbers (taken x) = ordinary)
          torchTest "gradients of a parameter used twice add up" (fun () ->
              let x = leaf (init 1L) [ 4 ]
              let y = tripled false x + tripled false x
              run y (torch.ones_like y)
              Expect.all (numbers (taken x)) (fun g -> g = 6.0) "3 + 3")
          torchTest "a gradient that is there already is added to" (fun () ->
              let x = leaf (init 1L) [ 4 ]

              for _ in 1..3 do
                  let y = tripled false x
                  run y (torch.ones_like y)

              Expect.all (numbers (taken x)) (fun g -> g = 9.0) "three passes")
          torchTest
              "a gradient that is known adds to that of the pass, and one that is not wanted is dropped"
              (fun () ->
                  let x = leaf (init 1L) [ 4 ]
                  let frozen = floats (init 2L) [ 4 ]
                  use roots = new Roots()

                  let known () =
                      let values = torch.full ([| 4L |], (5.0).ToScalar(), torch.float32)
                      LibTorch.Detach values.Handle

                  for _ in 1..2 do
                      roots.Clear()
                      let y = tripled false x
                      let seed = torch.ones_like y
                      roots.AddLeaf(x, known ())
                      roots.AddLeaf(frozen, known ())
                      roots.Add(y, seed)
                      roots.Backward()
                      roots.Backward()
                      Expect.isNull frozen.grad "frozen"
                      // 3 from each of two passes and 5 from the leaf
                      Expect.all (numbers (taken x)) (fun g -> g = 11.0) "together"

                  roots.AddLeaf(x, known ())
                  roots.Clear()
                  roots.Backward()
                  Expect.isNull x.grad "forgotten")
          torchTest "what a node throws comes out of the pass" (fun () ->
              let x = leaf (init 1L) [ 4 ]
              let y = tripled true x

              let e = Expect.throwsC (fun () -> run y (torch.ones_like y)) id

              Expect.stringContains e.Message "no gradient today" "the reason"
              let z = tripled false x
              run z (torch.ones_like z)
              Expect.all (numbers (taken x)) (fun g -> g = 3.0) "and the next pass is not affected")
          torchTest "a failure stops the nodes before it, and none is blamed on the next pass" (fun () ->
              let x = leaf (init 1L) [ 4 ]
              let y = tripled true (tripled false x)
              Expect.throwsT<InvalidOperationException> (fun () -> run y (torch.ones_like y)) "fails"
              Expect.isNull x.grad "nothing handed over"
              let z = tripled false (tripled false x)
              run z (torch.ones_like z)
              Expect.all (numbers (taken x)) (fun g -> g = 9.0) "the next one works")
          torchTest "nodes are used again and free what they hold" (fun () ->
              let x = leaf (init 1L) [ 100; 100 ]
              let g = torch.ones_like x

              let once () =
                  use _scope = torch.NewDisposeScope()
                  run (tripled false x) g

              once ()
              let nodes, tensors = pool.Count, torch.Tensor.TotalCount

              for _ in 1..200 do
                  once ()

              Expect.equal pool.Count nodes "nodes"
              Expect.equal torch.Tensor.TotalCount tensors "live tensors") ]
