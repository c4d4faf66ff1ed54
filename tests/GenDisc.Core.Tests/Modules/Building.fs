/// What tests of tensors share.
module GenDisc.Core.Tests.Modules.Building

open Expecto
open FsCheck.FSharp
open TorchSharp
open GenDisc.Core.Runtime

type Net = torch.nn.Module<torch.Tensor, torch.Tensor>

/// Modules of several types as one list.
let nets (modules: Net list) = modules

let init seed = RandomStream(seed, "init")

let generator (seed: int64) =
    new torch.Generator(uint64 seed, torch.CPU)

/// Tensors that are alive, those that earlier tests left to the collector aside.
let liveTensors () =
    System.GC.Collect()
    System.GC.WaitForPendingFinalizers()
    torch.Tensor.TotalCount

/// A test whose tensors end with it.
let torchTest name (f: unit -> unit) =
    testCase name (fun () ->
        use _scope = torch.NewDisposeScope()
        f ())

/// A law over a batch size, a width and a stream of numbers; its tensors end with each case.
let torchLaw name (check: int -> int -> RandomStream -> bool) =
    let cases =
        Gen.zip3 (Gen.choose (1, 4)) (Gen.choose (1, 6)) (Gen.choose (0, 100000))
        |> Arb.fromGen

    testProperty
        name
        (Prop.forAll cases (fun (batch, width, seed) ->
            use _scope = torch.NewDisposeScope()
            check batch width (RandomStream(int64 seed, "law"))))

let gaussians (stream: RandomStream) n =
    Array.init n (fun _ -> stream.NextGaussian())

let uniforms (stream: RandomStream) n =
    Array.init n (fun _ -> stream.NextDouble())

/// float64, row after row.
let tensorOf (shape: int list) (values: float array) =
    torch.tensor(values).reshape(shape |> List.map int64 |> Array.ofList)

let numbers (t: torch.Tensor) =
    t.detach().``to``(torch.float64).contiguous().data<float>().ToArray()

let single t = Array.exactlyOne (numbers t)

/// Equal to within a share of the larger one, or absolutely below 1.
let close tolerance (a: float) (b: float) =
    abs (a - b) <= tolerance * max 1.0 (max (abs a) (abs b))

let allClose tolerance (a: float array) (b: float array) =
    a.Length = b.Length && Array.forall2 (close tolerance) a b

/// Whether automatic derivatives of Σ f agree with central differences at a float64 x.
let gradientAgrees (f: torch.Tensor -> torch.Tensor) (x: torch.Tensor) =
    let at = x.detach().clone().requires_grad_ true
    f(at).sum().backward()
    let exact = numbers (Unchecked.nonNull at.grad)
    let values = numbers x
    let h = 1e-5

    let differences =
        values
        |> Array.mapi (fun i v ->
            let moved d =
                let moved = Array.copy values
                moved[i] <- v + d
                single (f(torch.tensor(moved).reshape x.shape).sum())

            (moved h - moved -h) / (2.0 * h))

    allClose 1e-6 exact differences

/// Overwrites a parameter by name.
let assign (m: torch.nn.Module) name (values: torch.Tensor) =
    use _ = torch.no_grad ()
    let state = m.state_dict ()
    state[name].copy_ values |> ignore

/// Every parameter and buffer, bit for bit.
let bits (m: torch.nn.Module) =
    use _scope = torch.NewDisposeScope()

    [ for KeyValue(name, t) in m.state_dict () do
          name, t.detach().contiguous().bytes.ToArray() ]
    |> List.sortBy fst

/// Mean and its standard error.
let meanAndError (values: float array) =
    let mean = Array.average values
    let variance = values |> Array.averageBy (fun v -> (v - mean) ** 2.0)
    mean, sqrt (variance / float values.Length)
