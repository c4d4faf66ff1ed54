/// Small restricted machines with random parameters, and their energies from the definition.
module GenDisc.Core.Tests.Evaluation.Boltzmann.Machines

open System
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Evaluation.Boltzmann
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Modules.Building

let fill (parameter: torch.Tensor) (values: float array) =
    use _ = torch.no_grad ()
    use given = torch.tensor(values).reshape parameter.shape
    parameter.copy_ given |> ignore

let fillNormal scale (stream: RandomStream) (parameter: torch.Tensor) =
    gaussians stream (int (parameter.numel ()))
    |> Array.map ((*) scale)
    |> fill parameter

let machine kind classes visible hidden scale (stream: RandomStream) =
    let rbm = new Rbm(RbmOptions(visible, hidden, kind, classes), stream)

    for struct (name, parameter) in rbm.named_parameters () do
        fillNormal (if name = "logVariance" then 0.3 else scale) stream parameter

    rbm

let binary visible hidden scale stream =
    machine VisibleKind.Bernoulli 0 visible hidden scale stream

let kinds =
    [ VisibleKind.Bernoulli, 0
      VisibleKind.Bernoulli, 3
      VisibleKind.Gaussian, 0
      VisibleKind.Gaussian, 3 ]

/// All states of units in {0, 1}, unit i by bit i.
let states units =
    Array.init (1 <<< units) (fun s -> Array.init units (fun i -> float (s >>> i &&& 1)))

let private present (parameter: Modules.Parameter | null) =
    match parameter with
    | null -> None
    | some -> Some(numbers some)

/// E(v, h, y) as the documentation of Rbm has it.
let energy (rbm: Rbm) =
    let w, b, c = numbers rbm.Weight, numbers rbm.VisibleBias, numbers rbm.HiddenBias
    let variance = present rbm.LogVariance |> Option.map (Array.map exp)
    let classWeight, classBias = present rbm.ClassWeight, present rbm.ClassBias

    fun (v: float array) (h: float array) y ->
        let scaled =
            match variance with
            | None -> v
            | Some s -> Array.map2 (/) v s

        let alone =
            match variance with
            | None -> -(Array.map2 (*) b v |> Array.sum)
            | Some s -> Array.map3 (fun v b s -> (v - b) ** 2.0 / (2.0 * s)) v b s |> Array.sum

        let joint =
            h
            |> Array.mapi (fun j on ->
                let input = scaled |> Array.mapi (fun i x -> w[j * v.Length + i] * x) |> Array.sum
                on * (c[j] + input))
            |> Array.sum

        let label =
            match classWeight, classBias with
            | Some u, Some d -> d[y] + (h |> Array.mapi (fun j on -> on * u[j * d.Length + y]) |> Array.sum)
            | _ -> 0.0

        alone - joint - label

let classesOf (rbm: Rbm) = [| 0 .. max 1 rbm.Classes - 1 |]

let logSum (values: float array) =
    let highest = Array.max values
    highest + log (values |> Array.sumBy (fun v -> exp (v - highest)))

/// log Σ_h,y exp(−β E(v, h, y)), state by state.
let logSumOverHidden (rbm: Rbm) beta v =
    let energy = energy rbm

    Array.allPairs (states rbm.Hidden) (classesOf rbm)
    |> Array.map (fun (h, y) -> -beta * energy v h y)
    |> logSum

/// Values as a split of vectors with one class.
let splitOf (rows: float array array) =
    let values = rows |> Array.concat |> Array.map float32

    Dataset.OfValues("drawn", [ rows[0].Length ], values, Array.zeroCreate<int> rows.Length, [ "only" ])
    |> Split.All

let examples n visible (stream: RandomStream) =
    Array.init n (fun _ ->
        Array.init visible (fun i -> if stream.NextDouble() < 0.2 + 0.1 * float (i % 6) then 1.0 else 0.0))

let ratesOf rows = BaseRates.Of(splitOf rows)

let tensorOfRows (rows: float array array) =
    (tensorOf [ rows.Length; rows[0].Length ] (Array.concat rows)).float()

/// A machine without weights whose visible units follow the rates.
let unconnected kind classes hidden (rates: BaseRates) =
    let rbm =
        new Rbm(RbmOptions(rates.Visible, hidden, kind, classes), RandomStream(1L, "init"))

    for parameter in rbm.parameters () do
        fill parameter (Array.zeroCreate (int (parameter.numel ())))

    rbm.StartFrom rates

    match rbm.LogVariance with
    | null -> ()
    | logVariance -> fill logVariance (rates.SmoothVariance() |> Array.map log)

    rbm
