/// Small machines, and what follows from their energies by plain enumeration in float64.
module GenDisc.Core.Tests.Models.Boltzmann.Machines

open System
open TorchSharp
open GenDisc.Core.Kernels.Random
open GenDisc.Core.Models.Boltzmann
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Kernels.Random.Statistics
open GenDisc.Core.Tests.Modules.Building

let draws seed = CounterStream(seed, "machine")

/// All states of so many units; unit i of state k is bit i of k.
let statesOf units =
    Array.init (1 <<< units) (fun k -> Array.init units (fun i -> float ((k >>> i) &&& 1)))

let numberOf (state: float array) =
    state |> Array.mapi (fun i s -> int s <<< i) |> Array.sum

let rows (values: float array array) =
    tensorOf [ values.Length; values[0].Length ] (Array.concat values)

let single32 (t: torch.Tensor) = t.``to`` torch.float32

let chunks width (t: torch.Tensor) = numbers t |> Array.chunkBySize width

let logSum (values: float array) =
    let largest = Array.max values
    largest + log (values |> Array.sumBy (fun v -> exp (v - largest)))

/// exp of each, made to sum to 1.
let normalised (logs: float array) =
    let total = logSum logs
    logs |> Array.map (fun l -> exp (l - total))

let sigmoid x = 1.0 / (1.0 + exp -x)

let dot (a: float array) (b: float array) =
    Array.fold2 (fun s x y -> s + x * y) 0.0 a b

/// Draws every parameter from N(0, scale²), also what lies below the diagonal of couplings.
let randomise scale (stream: RandomStream) (machine: EnergyMachine) =
    use _ = torch.no_grad ()

    for p in machine.parameters () do
        let values = gaussians stream (int (p.numel ())) |> Array.map ((*) scale)
        p.copy_ (torch.tensor(values).reshape p.shape) |> ignore

let rbmOf options scale (stream: RandomStream) =
    let machine = new Rbm(options, stream)
    randomise scale stream machine
    machine

/// In float64.
let doubleRbm options scale stream =
    (rbmOf options scale stream).``to`` torch.float64

let generalOf (options: BoltzmannOptions) scale (stream: RandomStream) =
    let machine = new BoltzmannMachine(options, stream)
    randomise scale stream machine
    machine

/// In float64.
let doubleGeneral options scale stream =
    (generalOf options scale stream).``to`` torch.float64

/// Couples neither visible nor hidden units among themselves: a restricted machine.
let uncouple (machine: BoltzmannMachine) =
    use _ = torch.no_grad ()

    for p in [ machine.VisibleCoupling; machine.HiddenCoupling ] do
        if not (isNull p) then
            (Unchecked.nonNull p).zero_() |> ignore

/// E(v, y, h) of a restricted machine by its definition; y one-hot, empty without classes.
let rbmEnergy (machine: Rbm) =
    let w = chunks machine.Visible machine.Weight
    let b, c = numbers machine.VisibleBias, numbers machine.HiddenBias

    let variance =
        match machine.LogVariance with
        | null -> None
        | logVariance -> Some(numbers logVariance |> Array.map exp)

    let ofClass =
        match machine.ClassWeight, machine.ClassBias with
        | null, _
        | _, null -> fun _ _ -> 0.0
        | u, d ->
            let u, d = chunks machine.Classes u, numbers d
            fun y h -> dot d y + dot h (u |> Array.map (dot y))

    fun (v: float array) (y: float array) (h: float array) ->
        let own, seen =
            match variance with
            | None -> -(dot b v), v
            | Some variance ->
                Array.map3 (fun v b s -> (v - b) ** 2.0 / (2.0 * s)) v b variance |> Array.sum,
                Array.map2 (/) v variance

        own - dot c h - dot h (w |> Array.map (dot seen)) - ofClass y h

/// One of so many.
let one count which =
    Array.init count (fun k -> if k = which then 1.0 else 0.0)

/// Every class as one-hot numbers; without classes the one empty row.
let labelsOf (machine: Rbm) =
    if machine.Classes = 0 then
        [| [||] |]
    else
        Array.init machine.Classes (one machine.Classes)

/// log Z(β) of a restricted machine, over all units.
let restrictedLogZ beta (machine: Rbm) =
    let energy = rbmEnergy machine

    [| for v in statesOf machine.Visible do
           for y in labelsOf machine do
               for h in statesOf machine.Hidden do
                   yield -beta * energy v y h |]
    |> logSum

/// Couplings of all pairs of a general machine, from what lies above the diagonals, and all biases.
let parts (machine: BoltzmannMachine) =
    let visible, units = machine.Visible, machine.StateSize
    let s = Array2D.zeroCreate units units

    let put (p: torch.Tensor | null) first =
        if not (isNull p) then
            let p = Unchecked.nonNull p
            let values = chunks (int (p.size 1)) p

            for i in 0 .. values.Length - 1 do
                for k in i + 1 .. values.Length - 1 do
                    s[first + i, first + k] <- values[i][k]
                    s[first + k, first + i] <- values[i][k]

    put machine.VisibleCoupling 0
    put machine.HiddenCoupling visible

    if machine.Hidden > 0 then
        chunks visible (Unchecked.nonNull machine.Weight)
        |> Array.iteri (fun j row ->
            row
            |> Array.iteri (fun i w ->
                s[visible + j, i] <- w
                s[i, visible + j] <- w))

    let hidden =
        match machine.HiddenBias with
        | null -> [||]
        | bias -> numbers bias

    s, Array.append (numbers machine.VisibleBias) hidden

/// E of a general machine by its definition.
let energy (s: float[,], bias: float array) (state: float array) =
    let n = state.Length

    let pairs =
        seq {
            for i in 0 .. n - 1 do
                for k in i + 1 .. n - 1 do
                    s[i, k] * state[i] * state[k]
        }

    -(Seq.sum pairs) - dot bias state

/// The chance to go from each state to each, unit by unit in order, by the fields of a general machine.
let unitUpdate (s: float[,], bias: float array) beta unit =
    let n = bias.Length

    statesOf n
    |> Array.map (fun state ->
        let field =
            bias[unit] + Seq.sum (seq { for k in 0 .. n - 1 -> s[unit, k] * state[k] })

        let p = sigmoid (beta * field)
        let target = Array.zeroCreate (1 <<< n)
        let zero = numberOf state &&& ~~~(1 <<< unit)
        target[zero] <- 1.0 - p
        target[zero ||| (1 <<< unit)] <- p
        target)

/// The product of two transition matrices: first a, then b.
let thenBy (b: float array array) (a: float array array) =
    a
    |> Array.map (fun row ->
        let target = Array.zeroCreate b[0].Length

        for k in 0 .. row.Length - 1 do
            if row[k] <> 0.0 then
                for j in 0 .. target.Length - 1 do
                    target[j] <- target[j] + row[k] * b[k][j]

        target)

let sweepOf machine beta =
    let (_, bias) as parts = parts machine

    [ 0 .. bias.Length - 1 ]
    |> List.map (unitUpdate parts beta)
    |> List.reduce (fun a b -> thenBy b a)

/// Whether p is the same after a transition.
let invariant tolerance (p: float array) (transition: float array array) =
    let after = thenBy transition [| p |]
    Array.forall2 (fun a b -> abs (a - b) < tolerance) p after[0]

/// Whether as much goes from each state to each as comes back.
let reversible tolerance (p: float array) (transition: float array array) =
    let mutable all = true

    for i in 0 .. p.Length - 1 do
        for k in 0 .. i - 1 do
            all <- all && abs (p[i] * transition[i][k] - p[k] * transition[k][i]) < tolerance

    all

/// χ² deviation of how often each state came from its probabilities; rare ones are put together.
let misfit (p: float array) (found: int array) =
    let n = float (Array.sum found)

    let often, rare = Array.zip p found |> Array.partition (fun (p, _) -> p * n >= 10.0)

    let rest = Array.sumBy fst rare, Array.sumBy snd rare
    let boxes = if fst rest * n >= 10.0 then Array.append often [| rest |] else often

    boxes
    |> Array.sumBy (fun (p, count) -> (float count - n * p) ** 2.0 / (n * p))
    |> chiSquareDeviation (boxes.Length - 1)

/// How often each state came in rows of units.
let countsOf units (states: torch.Tensor) =
    let counts = Array.zeroCreate (1 <<< units)

    for state in chunks units states do
        let k = numberOf state
        counts[k] <- counts[k] + 1

    counts

/// So many chains that all start from one state.
let repeated chains (state: float array) =
    (single32 (rows [| state |])).expand(int64 chains, int64 state.Length).clone().contiguous()

/// The gradients that a backward pass of f left in the parameters, one after the other; zeros where none came.
let gradients (machine: EnergyMachine) (f: unit -> torch.Tensor) =
    machine.zero_grad ()
    f().backward()

    [| for p in machine.parameters () do
           match p.grad with
           | null -> Array.zeroCreate (int (p.numel ()))
           | grad -> numbers grad |]
    |> Array.concat

/// The same by central differences, of a machine in float64.
let differences (machine: EnergyMachine) (f: unit -> torch.Tensor) =
    use _ = torch.no_grad ()
    let h = 1e-5

    [| for p in machine.parameters () do
           let flat = p.detach().view -1L

           for i in 0L .. p.numel () - 1L do
               let value = flat[i].item<float>()

               let at d =
                   flat[i] <- torch.tensor (value + d: float)
                   use _scope = torch.NewDisposeScope()
                   single (f ())

               let slope = (at h - at -h) / (2.0 * h)
               flat[i] <- torch.tensor (value: float)
               slope |]

let betas = [ 0.0; 0.5; 1.0; 1.7 ]

/// So many rows of 0 and 1.
let patterns (stream: RandomStream) count width =
    Array.init count (fun _ -> Array.init width (fun _ -> float (stream.NextInt 2)))
