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

/// A law over sizes drawn from ranges and a stream of numbers; its tensors end with each case.
let sizedLaw name (ranges: (int * int) list) (check: int list -> RandomStream -> bool) =
    let cases =
        Gen.zip (ranges |> List.map Gen.choose |> Gen.sequenceToList) (Gen.choose (0, 100000))
        |> Arb.fromGen

    testProperty
        name
        (Prop.forAll cases (fun (sizes, seed) ->
            use _scope = torch.NewDisposeScope()
            check sizes (RandomStream(int64 seed, "kernel"))))

/// float32 standard normals.
let floats (stream: RandomStream) (shape: int list) =
    singles shape (gaussians stream (List.fold (*) 1 shape))

/// The same, and a gradient is asked for.
let leaf (stream: RandomStream) (shape: int list) =
    (floats stream shape).requires_grad_ true

/// Equal up to rounding of long sums: within a share of the largest value, or of 0.1 where
/// all are smaller (numbers of order 1 may cancel); NaN and infinities in the same places.
let agrees tolerance (a: torch.Tensor) (b: torch.Tensor) =
    let a, b = numbers a, numbers b

    let largest =
        Seq.append a b
        |> Seq.filter Double.IsFinite
        |> Seq.fold (fun m v -> max m (abs v)) 0.1

    a.Length = b.Length
    && Array.forall2
        (fun (x: float) (y: float) ->
            if Double.IsFinite x && Double.IsFinite y then
                abs (x - y) <= tolerance * largest
            else
                x.Equals y)
        a
        b

/// The gradient that a backward pass left, which is then dropped.
let taken (leaf: torch.Tensor) =
    let gradient = Unchecked.nonNull leaf.grad
    leaf.grad <- null
    gradient

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
