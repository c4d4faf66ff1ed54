/// What observables do over temperature, for charts and tables.
module internal GenDisc.Reporting.IsingPlot

open System
open XPlot.Plotly
open GenDisc.Reporting.EnergyFiles
open GenDisc.Reporting.Chart
open GenDisc.Reporting.EnergyPlot
open GenDisc.Reporting.Html

type Observable =
    {
        Key: string
        Name: string
        /// In a table of plain text.
        Short: string
        Axis: string
        Of: Observables -> Estimate option
        /// How far from the sampler the machine may be, as a share.
        Limit: float option
    }

let observables =
    [ { Key = "energy"
        Name = "Energy per spin"
        Short = "energy"
        Axis = "energy per spin"
        Of = _.Energy
        Limit = Some 0.02 }
      { Key = "magnetisation"
        Name = "Magnetisation |m| per spin"
        Short = "|m|"
        Axis = "|m| per spin"
        Of = _.Magnetisation
        Limit = Some 0.03 }
      { Key = "heat"
        Name = "Specific heat per spin"
        Short = "specific heat"
        Axis = "specific heat per spin"
        Of = _.SpecificHeat
        Limit = None }
      { Key = "susceptibility"
        Name = "Susceptibility per spin"
        Short = "susceptibility"
        Axis = "susceptibility per spin"
        Of = _.Susceptibility
        Limit = None } ]

/// The machine's figure less the sampler's, as a share of the sampler's.
let relative (file: IsingFile) (o: Observable) =
    match o.Of file.Model, o.Of file.Sampler with
    | Some own, Some other when other.Mean <> 0.0 -> Some((own.Mean - other.Mean) / abs other.Mean)
    | _ -> None

let combined (file: IsingFile) (o: Observable) =
    match o.Of file.Model, o.Of file.Sampler with
    | Some own, Some other ->
        match own.Error, other.Error with
        | None, None -> None
        | a, b ->
            let square x =
                x |> Option.map (fun x -> x * x) |> Option.defaultValue 0.0

            Some(sqrt (square a + square b)) |> Option.filter (fun se -> se > 0.0)
    | _ -> None

let zScore (file: IsingFile) (o: Observable) =
    match o.Of file.Model, o.Of file.Sampler, combined file o with
    | Some own, Some other, Some error -> Some((own.Mean - other.Mean) / error)
    | _ -> None

/// Observables that some file has a figure of.
let shown (files: IsingFile list) =
    observables
    |> List.filter (fun o ->
        files
        |> List.exists (fun file ->
            [ file.Model; file.Sampler; file.Exact ]
            |> List.exists (fun side -> (o.Of side).IsSome)))

/// Of the machine, of the sampler, exact, the difference and its z.
let cells (file: IsingFile) (o: Observable) =
    let value observables =
        [ text (o.Of observables |> Option.map plusMinus |> Option.defaultValue "–") ]

    [ value file.Model
      value file.Sampler
      value file.Exact
      [ text (figureOf (signed (Number.percent 2)) (relative file o)) ]
      [ text (figureOf (signed (Number.decimals 1)) (zScore file o)) ] ]

/// Heads of the columns of `cells`.
let columns =
    [ "machine", Align.Right
      "sampler", Align.Right
      "exact", Align.Right
      "difference", Align.Right
      "z", Align.Right ]

/// What `cells` are.
let reading =
    "of samples of the machine, of the sampler that it learned from, and exact values where they are known. ± is the standard error, with autocorrelation. z is the machine’s difference from the sampler over their combined standard error; beyond ±3, chance is an unlikely cause."

/// Two standard errors of the difference as a share, where they are wider than the limit.
let doubt (file: IsingFile) (o: Observable) =
    match o.Limit, combined file o, o.Of file.Sampler with
    | Some limit, Some error, Some other when 2.0 * error / abs other.Mean > limit -> Some(2.0 * error / abs other.Mean)
    | _ -> None

/// What a chart shows. Machines and samplers are points at the temperatures that they were trained and drawn at.
type Drawn =
    { Curve: ObservedCurve
      Onsager: ObservedCurve
      Knob: ObservedCurve
      Samplers: ObservedCurve
      Machines: ObservedCurve
      Critical: float option }

let private curveOf (o: Observable) (curve: ObservedCurve) =
    curve |> List.choose (fun (t, all) -> o.Of all |> Option.map (fun e -> t, e))

/// One observable over temperature; None where there is nothing to draw.
let chart (drawn: Drawn) (o: Observable) =
    let curve = curveOf o drawn.Curve
    let onsager = curveOf o drawn.Onsager
    let knob = curveOf o drawn.Knob
    let samplers = curveOf o drawn.Samplers
    let machines = curveOf o drawn.Machines

    let machine = if machines.Length > 1 then "machines" else "machine"

    let traces =
        [ if not onsager.IsEmpty then
              onsager
              |> Seq.map (fun (t, e) -> t, e.Mean)
              |> Array.ofSeq
              |> Plot.line "Onsager, infinite lattice" "#7F7F7F" "dash" 1.0
          if not curve.IsEmpty then
              whiskers "this lattice" (colour 0) "circle" 5 "lines+markers" "solid" curve
          if not knob.IsEmpty then
              whiskers "machine, other β" (colour 2) "square" 6 "lines+markers" "dot" knob
          // A ring, so that a machine that agrees does not hide it.
          if not samplers.IsEmpty then
              whiskers "sampler" (colour 0) "circle-open" 15 "markers" "solid" samplers
          if not machines.IsEmpty then
              whiskers machine (colour 3) "diamond" 10 "markers" "solid" machines ]

    if traces.IsEmpty then
        None
    else
        let layout = Plot.layout "temperature T" o.Axis true

        let temperatures =
            [ curve; onsager; knob; machines; samplers ] |> List.concat |> List.map fst

        // Shapes do not count when plotly.js chooses the range.
        match drawn.Critical with
        | Some t when List.min temperatures < t && List.max temperatures > t ->
            layout.shapes <- [ Plot.rule ("x", t, t) ("paper", 0.0, 1.0) "dot" ]
        | _ -> ()

        Some(figure $"figure-ising-{o.Key}" $"{o.Name} over temperature" (plain Half) traces layout [ text o.Name ])

/// What the marks of a chart are; `points` says what machines, samplers and other β are.
let explained (drawn: Drawn) (points: string list) =
    [ if not drawn.Curve.IsEmpty then
          "circles are this lattice, with standard errors"
      if not drawn.Onsager.IsEmpty then
          "the dashed line is Onsager’s infinite lattice"
      yield! points
      match drawn.Critical with
      | Some t -> $"the dotted line is the infinite lattice’s critical temperature {Number.decimals 3 t}"
      | None -> () ]
