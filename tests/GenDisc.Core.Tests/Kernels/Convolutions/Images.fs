/// What the tests of convolutions and pools share.
module GenDisc.Core.Tests.Kernels.Convolutions.Images

open Expecto
open FsCheck.FSharp
open TorchSharp
open GenDisc.Core.Kernels.Autograd
open GenDisc.Core.Runtime

/// float32 whole numbers in [-most, most]. Sums of their products are exact in any order: kernels and twins must agree
/// to the bit, and equal maxima and exact zeros are common instead of rare.
let whole (stream: RandomStream) most (shape: int list) =
    let values =
        Array.init (List.fold (*) 1 shape) (fun _ -> float32 (stream.NextInt(2 * most + 1) - most))

    torch.tensor(values).reshape(shape |> List.map int64 |> Array.ofList)

/// The same numbers with channels last in memory.
let channelsLast (x: torch.Tensor) =
    x.permute(0L, 2L, 3L, 1L).contiguous().permute(0L, 3L, 1L, 2L)

let floats (t: torch.Tensor) =
    t.detach().contiguous().data<float32>().ToArray()

/// NaN is equal to itself.
let same (a: torch.Tensor) (b: torch.Tensor) =
    a.shape = b.shape
    && Array.forall2 (fun (x: float32) y -> x = y || (x <> x && y <> y)) (floats a) (floats b)

/// Equal where neither is NaN.
let sameNumbers (a: torch.Tensor) (b: torch.Tensor) =
    a.shape = b.shape
    && Array.forall2 (fun (x: float32) y -> x = y || x <> x || y <> y) (floats a) (floats b)

let leaf (t: torch.Tensor) = t.detach().requires_grad_ true

let gradient (t: torch.Tensor) =
    match t.grad with
    | null -> failtest "no gradient"
    | g -> g

let differentiate (y: torch.Tensor) (seed: torch.Tensor) =
    y.backward [| seed |]
    GradientNode.ThrowIfFailed()

/// Puts NaN, ∞ and -∞ at a few places.
let poisoned (stream: RandomStream) (x: torch.Tensor) =
    let values = floats x

    for value in [ nanf; infinityf; -infinityf ] do
        values[stream.NextInt values.Length] <- value

    torch.tensor(values).reshape x.shape

/// How the numbers of an image may lie in memory.
let layouts = [ id; channelsLast ]

/// A law over a stream; its tensors end with each case.
let law count name (check: RandomStream -> bool) =
    testPropertyWithConfig
        { FsCheckConfig.defaultConfig with
            maxTest = count }
        name
        (Prop.forAll (Gen.choose (0, 1000000) |> Arb.fromGen) (fun seed ->
            use _scope = torch.NewDisposeScope()
            check (RandomStream(int64 seed, "law"))))

/// Runs with that many threads of libtorch. For sequenced tests only.
let withThreads n (f: unit -> 'a) =
    let before = torch.get_num_threads ()
    torch.set_num_threads n

    try
        f ()
    finally
        torch.set_num_threads before
