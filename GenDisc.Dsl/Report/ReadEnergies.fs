/// The files that a run leaves in `figures/` about machines and classifiers that are energies.
module internal GenDisc.Reporting.ReadEnergies

open System
open System.Text.Json
open GenDisc.Reporting.EnergyFiles
open GenDisc.Reporting.Fields

let private isObject (e: JsonElement) = e.ValueKind = JsonValueKind.Object

let private splits e : BySplit =
    { Train = finite "train" e
      Validation = finite "validation" e
      Test = finite "test" e }

/// The groups that are there, by the names that readers see.
let private energies (groups: (string * string) list) e : Energies option =
    let found =
        groups
        |> List.map (fun (key, name) -> name, aligned key e)
        |> List.filter (fun (_, counts) -> counts.Length > 0)

    if found.IsEmpty then
        None
    else
        Some
            { Edges = aligned "edges" e
              Groups = found }

/// Rows of at least `least` numbers; what is no number is NaN.
let private rows least name e =
    items name e
    |> Seq.filter (fun row -> row.ValueKind = JsonValueKind.Array)
    |> Seq.map (fun row ->
        row.EnumerateArray()
        |> Seq.map (fun x -> asFloat x |> Option.defaultValue nan)
        |> Array.ofSeq)
    |> Seq.filter (fun row -> row.Length >= least && Double.IsFinite row[0])
    |> Array.ofSeq

let private logZ e : LogZ option =
    let reliable =
        match field "reliable" e |> Option.map _.ValueKind with
        | Some JsonValueKind.True -> Some true
        | Some JsonValueKind.False -> Some false
        | _ -> None

    finite "value" e
    |> Option.orElse (if reliable = Some false then Some nan else None)
    |> Option.map (fun value ->
        { Method = wordsOrEmpty "method" e
          Value = value
          Low = finite "low" e
          High = finite "high" e
          StandardError = finite "standardError" e
          Reverse = finite "reverse" e
          ReverseError = finite "reverseError" e
          Chains = long "chains" e
          Temperatures = long "temperatures" e
          BaseRate = finite "baseLogZ" e
          EffectiveSampleSize = finite "effectiveSampleSize" e
          Reliable = reliable })

let private anySplit (s: BySplit) =
    [ s.Train; s.Validation; s.Test ] |> List.exists Option.isSome

let private likelihood e : LogLikelihood option =
    let found = splits e

    if anySplit found then
        Some
            { Splits = found
              StandardError = finite "standardError" e
              Low = finite "low" e
              High = finite "high" e
              IsLowerBound = truth "lowerBound" e }
    else
        None

let private thermal e : Thermal option =
    let value name =
        finite name e |> Option.defaultValue nan

    finite "beta" e
    |> Option.filter (fun beta -> beta > 0.0)
    |> Option.map (fun beta ->
        { Beta = beta
          Energy = value "energy"
          Entropy = value "entropy"
          FreeEnergy = value "freeEnergy"
          HeatCapacity = value "heatCapacity" })

let boltzmann e : BoltzmannFile =
    let free = part "freeEnergy" e

    let difference = part "difference" e

    { Kind = wordsOrEmpty "kind" e
      Of = long "of" e
      Visible = long "visible" e |> Option.filter (fun n -> n > 0L)
      Hidden = long "hidden" e |> Option.filter (fun n -> n > 0L)
      LogZ = logZ (part "logZ" e)
      Likelihood = likelihood (part "logLikelihood" e)
      Independent = splits (part "independent" e)
      Uniform = finite "uniform" e
      Below = truth "below" e
      Verdict = words "verdict" e
      Difference =
        finite "mean" difference
        |> Option.map (fun mean ->
            { Mean = mean
              Error = finite "standardError" difference })
      FreeEnergy =
        if isObject free then
            Some
                { Train = finite "train" free
                  Validation = finite "validation" free
                  StandardError = finite "standardError" free }
        else
            None
      Pseudo = Some(splits (part "pseudoLikelihood" e)) |> Option.filter anySplit
      Trajectory =
        rows 2 "trajectory" e
        |> Array.map (fun row ->
            { Beta = row[0]
              Mean = row[1]
              Spread = if row.Length > 2 then row[2] else nan })
      Energies = energies [ "data", "data"; "samples", "samples" ] (part "energies" e)
      Thermodynamics = items "thermodynamics" e |> Seq.choose thermal |> Array.ofSeq }

let chains e : ChainsFile =
    { Sweeps = items "sweeps" e |> List.choose asFloat |> List.choose whole
      Rows = integer "rows" e |> Option.filter (fun n -> n > 0) }

/// A mean with its error, or a mean alone.
let private estimate name e : Estimate option =
    match field name e with
    | Some value when value.ValueKind = JsonValueKind.Array && value.GetArrayLength() > 0 ->
        let error =
            if value.GetArrayLength() > 1 then
                asFloat value[1] |> Option.filter (fun x -> Double.IsFinite x && x >= 0.0)
            else
                None

        asFloat value[0]
        |> Option.filter Double.IsFinite
        |> Option.map (fun mean -> { Mean = mean; Error = error })
    | Some value ->
        asFloat value
        |> Option.filter Double.IsFinite
        |> Option.map (fun mean -> { Mean = mean; Error = None })
    | None -> None

let private observables e : Observables =
    { Energy = estimate "energy" e
      Magnetisation = estimate "magnetisation" e
      SpecificHeat = estimate "specificHeat" e
      Susceptibility = estimate "susceptibility" e }

let private observedCurve name e : ObservedCurve =
    items name e
    |> List.choose (fun point -> finite "temperature" point |> Option.map (fun t -> t, observables point))
    |> List.sortBy fst

let ising e : IsingFile =
    { Size = integer "size" e |> Option.filter (fun n -> n > 0)
      Temperature = finite "temperature" e
      Coupling = finite "coupling" e
      Field = finite "field" e
      Model = observables (part "model" e)
      Sampler = observables (part "sampler" e)
      Exact = observables (part "exact" e)
      Curve = observedCurve "curve" e
      Onsager = observedCurve "onsager" e
      Knob = observedCurve "knob" e }

let private remedy e : Remedy =
    { Epoch = long "epoch" e
      Step = long "step" e
      What = wordsOrEmpty "what" e
      Why = wordsOrEmpty "why" e }

let energy e : EnergyFile =
    { Energies =
        energies
            [ "train", "training data"
              "test", "test data"
              "samples", "samples"
              "outside", "foreign data" ]
            e
      History = rows 3 "history" e |> Array.map (fun row -> row[0], row[1], row[2])
      Remedies =
        field "remedies" e
        |> Option.filter (fun list -> list.ValueKind = JsonValueKind.Array)
        |> Option.map (fun _ -> items "remedies" e |> List.filter isObject |> List.map remedy)
      SgldSteps = long "sgldSteps" e |> Option.filter (fun n -> n > 0L) }
