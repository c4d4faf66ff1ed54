/// What tests of kernels share.
module GenDisc.Core.Tests.Kernels.Trials

open System
open Expecto
open FsCheck.FSharp
open TorchSharp
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Modules.Building

/// Around the width of a vector and the size of a block, and anything small.
let sizes =
    Gen.oneof
        [ Gen.elements [ 1; 7; 8; 9; 15; 16; 17; 4095; 4096; 4097 ]
          Gen.choose (1, 300) ]

/// A law over a number of rows, an awkward width and a stream of numbers; its tensors end with each case.
let kernelLaw name (check: int -> int -> RandomStream -> bool) =
    let cases =
        Gen.zip3 (Gen.choose (1, 6)) sizes (Gen.choose (0, 100000)) |> Arb.fromGen

    testProperty
        name
        (Prop.forAll cases (fun (rows, width, seed) ->
            use _scope = torch.NewDisposeScope()
            check rows width (RandomStream(int64 seed, "kernel"))))

/// float32, row after row.
let singles (shape: int list) (values: float array) =
    torch.tensor(Array.map float32 values).reshape(shape |> List.map int64 |> Array.ofList)

let doubled (t: torch.Tensor) = t.``to`` torch.float64

/// NaN where the other is NaN, the same infinity, or within a share of the larger one.
let same tolerance (a: float) (b: float) =
    a = b || (Double.IsNaN a && Double.IsNaN b) || close tolerance a b

let allSame tolerance (a: torch.Tensor) (b: torch.Tensor) =
    Array.forall2 (same tolerance) (numbers a) (numbers b)

/// The gradient of Σ f at x by libtorch's own graph.
let gradientOf (f: torch.Tensor -> torch.Tensor) (x: torch.Tensor) =
    let at = x.detach().clone().requires_grad_ true
    f(at).sum().backward()
    Unchecked.nonNull at.grad

/// Managed bytes that a call allocates once it has run before.
let allocated (call: unit -> unit) =
    let calls = 100

    for _ in 1..calls do
        call ()

    let before = GC.GetAllocatedBytesForCurrentThread()

    for _ in 1..calls do
        call ()

    (GC.GetAllocatedBytesForCurrentThread() - before) / int64 calls

/// What a computation gives on one and on two threads. Only for tests that run alone.
let onThreads (compute: unit -> 'a) =
    let threads = torch.get_num_threads ()

    try
        [ for n in 1..2 do
              torch.set_num_threads n
              compute () ]
    finally
        torch.set_num_threads threads

/// The first result equals the second, bit for bit.
let expectSameOnThreads (compute: unit -> float list * torch.Tensor) =
    match
        onThreads (fun () ->
            let values, t = compute ()
            List.map BitConverter.DoubleToInt64Bits values, t.bytes.ToArray())
    with
    | [ one; two ] -> Expect.isTrue ((one = two)) "equal bits"
    | _ -> failtest "two results"
