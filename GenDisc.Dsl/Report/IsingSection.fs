/// Whether a machine that learned an Ising lattice has its physics.
module internal GenDisc.Reporting.IsingSection

open System
open XPlot.Plotly
open GenDisc.Reporting.EnergyFiles
open GenDisc.Reporting.Chart
open GenDisc.Reporting.EnergyPlot
open GenDisc.Reporting.Html

type private Observable =
    {
        Key: string
        Name: string
        Axis: string
        Of: Observables -> Estimate option
        /// How far from the sampler the machine may be, as a share.
        Limit: float option
    }

let private observables =
    [ { Key = "energy"
        Name = "Energy per spin"
        Axis = "energy per spin"
        Of = _.Energy
        Limit = Some 0.02 }
      { Key = "magnetisation"
        Name = "Magnetisation |m| per spin"
        Axis = "|m| per spin"
        Of = _.Magnetisation
        Limit = Some 0.03 }
      { Key = "heat"
        Name = "Specific heat per spin"
        Axis = "specific heat per spin"
        Of = _.SpecificHeat
        Limit = None }
      { Key = "susceptibility"
        Name = "Susceptibility per spin"
        Axis = "susceptibility per spin"
        Of = _.Susceptibility
        Limit = None } ]

/// The machine's figure less the sampler's, as a share of the sampler's.
let private relative (file: IsingFile) (o: Observable) =
    match o.Of file.Model, o.Of file.Sampler with
    | Some own, Some other when other.Mean <> 0.0 -> Some((own.Mean - other.Mean) / abs other.Mean)
    | _ -> None

let private combined (file: IsingFile) (o: Observable) =
    match o.Of file.Model, o.Of file.Sampler with
    | Some own, Some other ->
        match own.Error, other.Error with
        | None, None -> None
        | a, b ->
            let square x =
                x |> Option.map (fun x -> x * x) |> Option.defaultValue 0.0

            Some(sqrt (square a + square b)) |> Option.filter (fun se -> se > 0.0)
    | _ -> None

let private zScore (file: IsingFile) (o: Observable) =
    match o.Of file.Model, o.Of file.Sampler, combined file o with
    | Some own, Some other, Some error -> Some((own.Mean - other.Mean) / error)
    | _ -> None

let private lattice (file: IsingFile) =
    let size =
        match file.Size with
        | Some n -> $"{n} × {n} lattice"
        | None -> "lattice"

    let settings =
        [ "T", file.Temperature; "J", file.Coupling; "h", file.Field ]
        |> List.choose (fun (name, x) -> x |> Option.map (fun x -> $"{name} = {Number.plain x}"))

    if settings.IsEmpty then size else size + " at " + String.Join(", ", settings)

let private table (file: IsingFile) (numbers: Numbering) =
    let row (o: Observable) =
        let value observables =
            [ text (o.Of observables |> Option.map plusMinus |> Option.defaultValue "–") ]

        [],
        [ [ text o.Name ]
          value file.Model
          value file.Sampler
          value file.Exact
          [ text (figureOf (signed (Number.percent 2)) (relative file o)) ]
          [ text (figureOf (signed (Number.decimals 1)) (zScore file o)) ] ]

    let shown =
        observables
        |> List.filter (fun o ->
            [ file.Model; file.Sampler; file.Exact ]
            |> List.exists (fun side -> (o.Of side).IsSome))

    if shown.IsEmpty then
        []
    else
        [ Html.table
              (numbered
                  (numbers.Table())
                  [ text
                        $"Observables of the {lattice file}: of samples of the machine, of the sampler that it learned from, and exact values where they are known. ± is the standard error, with autocorrelation. z is the machine’s difference from the sampler over their combined standard error; beyond ±3, chance is an unlikely cause." ])
              [ "Observable", Align.Left
                "machine", Align.Right
                "sampler", Align.Right
                "exact", Align.Right
                "difference", Align.Right
                "z", Align.Right ]
              (shown |> List.map row) ]

/// Whether a figure is as close to the sampler's as asked for.
let private sentence (file: IsingFile) (o: Observable) =
    match o.Limit, relative file o with
    | Some limit, Some off ->
        let asked = Number.percent 0 limit

        let verdict = if abs off <= limit then $"within {asked}" else $"outside {asked}"

        let doubt =
            match combined file o, o.Of file.Sampler with
            | Some error, Some other when 2.0 * error / abs other.Mean > limit ->
                $" Two standard errors are {Number.percent 1 (2.0 * error / abs other.Mean)}, so more samples are needed to be sure."
            | _ -> ""

        [ $"{o.Name} of the machine differs by {Number.percent 2 (abs off)} from the sampler’s: {verdict}.{doubt}" ]
    | _ -> []

let private curveOf (o: Observable) (curve: ObservedCurve) =
    curve |> List.choose (fun (t, all) -> o.Of all |> Option.map (fun e -> t, e))

let private chart (file: IsingFile) (o: Observable) =
    let points side =
        match file.Temperature, o.Of side with
        | Some t, Some e -> [ t, e ]
        | _ -> []

    let curve = curveOf o file.Curve
    let onsager = curveOf o file.Onsager
    let knob = curveOf o file.Knob
    let own = points file.Model

    // The curve of this lattice passes through the sampler's point.
    let sampler = if curve.IsEmpty then points file.Sampler else []

    let traces =
        [ if not onsager.IsEmpty then
              onsager
              |> Seq.map (fun (t, e) -> t, e.Mean)
              |> Array.ofSeq
              |> Plot.line "Onsager, infinite lattice" "#7F7F7F" "dash" 1.0
          if not curve.IsEmpty then
              whiskers "this lattice" (colour 0) "circle" 5 "lines+markers" "solid" curve
          if not sampler.IsEmpty then
              whiskers "sampler" (colour 0) "circle" 8 "markers" "solid" sampler
          if not knob.IsEmpty then
              whiskers "machine, other β" (colour 2) "square" 6 "lines+markers" "dot" knob
          if not own.IsEmpty then
              whiskers "machine" (colour 3) "diamond" 11 "markers" "solid" own ]

    if traces.IsEmpty then
        None
    else
        let layout = Plot.layout "temperature T" o.Axis true

        let temperatures =
            [ curve; onsager; knob; own; sampler ] |> List.concat |> List.map fst

        // Shapes do not count when plotly.js chooses the range.
        match file.Critical with
        | Some t when List.min temperatures < t && List.max temperatures > t ->
            layout.shapes <- [ Plot.rule ("x", t, t) ("paper", 0.0, 1.0) "dot" ]
        | _ -> ()

        Some(figure $"figure-ising-{o.Key}" $"{o.Name} over temperature" (plain Half) traces layout [ text o.Name ])

let private explained (file: IsingFile) =
    [ if not file.Curve.IsEmpty then
          "circles are this lattice, with standard errors"
      if not file.Onsager.IsEmpty then
          "the dashed line is Onsager’s infinite lattice"
      if file.Temperature.IsSome then
          "the diamond is the machine at the temperature it was trained at"
      if not file.Knob.IsEmpty then
          "squares are the same machine sampled at inverse temperature β = T(trained) / T"
      match file.Critical with
      | Some t -> $"the dotted line is the infinite lattice’s critical temperature {Number.decimals 3 t}"
      | None -> () ]

let ising (run: RunFolder) (numbers: Numbering) =
    match run.Ising with
    | None -> []
    | Some file ->
        let table = table file numbers
        let said = observables |> List.collect (sentence file)
        let charts = observables |> List.choose (chart file)

        let figures =
            if charts.IsEmpty then
                []
            else
                let parts = explained file

                let key = if parts.IsEmpty then "" else ": " + String.Join("; ", parts)

                [ Plot.quartet
                      charts
                      (numbered (numbers.Figure()) [ text $"Observables over temperature (k = 1){key}." ]) ]

        (if said.IsEmpty then [] else [ p [ text (String.Join(" ", said)) ] ])
        @ table
        @ figures
