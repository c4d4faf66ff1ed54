/// How likely data are under a Boltzmann machine, beside units that know nothing of each other.
module internal GenDisc.Reporting.BoltzmannTables

open GenDisc.Reporting.EnergyFiles
open GenDisc.Reporting.Html

/// `pixel` where the machine reads images themselves, else `unit`.
let unit (run: RunFolder) =
    let pixels =
        run.Plan
        |> Option.map (fun plan -> plan.Shape |> List.fold (fun n d -> n * int64 d) 1L)

    let reads =
        run.Boltzmann
        |> Option.bind _.Visible
        |> Option.forall (fun n -> pixels = Some n)

    if run.Unit = "image" && reads && run.Ising.IsNone then "pixel" else "unit"

/// `independent pixels`: the machine without its couplings.
let independent (run: RunFolder) = $"independent {unit run}s"

/// Two decimals, as log-probabilities are commonly given.
let nats (x: float) = Number.decimals 2 x

/// `−95.65 to −94.90`, where an absent end is unbounded.
let private range low high =
    let bound x =
        x |> Option.map nats |> Option.defaultValue "unbounded"

    $"{bound low} to {bound high}"

/// The parts of the data of which there is a figure.
let private splitsOf (m: BoltzmannFile) : (string * (BySplit -> float option)) list =
    let all =
        m.Independent :: Option.toList (m.Likelihood |> Option.map _.Splits)
        @ Option.toList m.Pseudo

    let free (value: FreeEnergy -> float option) = m.FreeEnergy |> Option.bind value

    let columns: (string * (BySplit -> float option)) list =
        [ "train", _.Train; "validation", _.Validation; "test", _.Test ]

    columns
    |> List.filter (fun (name, value: BySplit -> float option) ->
        all |> List.exists (value >> Option.isSome)
        || name = "train" && (free _.Train).IsSome
        || name = "validation" && (free _.Validation).IsSome)

/// Log-likelihoods of the machine and of independent units by part of the data.
let likelihoods (run: RunFolder) (m: BoltzmannFile) (numbers: Numbering) =
    let columns = splitsOf m

    let row attributes (name: string) (cell: string -> (BySplit -> float option) -> Html list) =
        attributes, [ text name ] :: (columns |> List.map (fun (split, value) -> cell split value))

    let plainRow name (s: BySplit) =
        row [] name (fun _ value -> [ text (figureOf nats (value s)) ])

    let bits (s: BySplit) (value: BySplit -> float option) =
        match value s, m.Visible with
        | Some x, Some n -> [ text (Number.decimals 4 (-x / (float n * log 2.0))) ]
        | _ -> [ text "–" ]

    let difference (found: LogLikelihood) _ (value: BySplit -> float option) =
        match value found.Splits, value m.Independent with
        | Some own, Some naive when own < naive -> [ span "worse" (nats (own - naive)) ]
        | Some own, Some naive -> [ text (EnergyPlot.signed nats (own - naive)) ]
        | _ -> [ text "–" ]

    let naive = $"Independent {unit run}s"
    let own = if m.IsFirst then "Its first machine" else "This machine"

    // the density of the data without their classes
    let per =
        if m.Kind = "classRbm" then
            "bits per dimension of p(v)"
        else
            "bits per dimension"

    let bounded, bitsBounded =
        if m.IsLowerBound then ", lower bound", ", upper bound" else "", ""

    let rows =
        [ match m.Likelihood with
          | Some found -> plainRow (own + bounded) found.Splits
          | None -> ()
          if
              [ m.Independent.Train; m.Independent.Validation; m.Independent.Test ]
              |> List.exists Option.isSome
          then
              plainRow naive m.Independent
          match m.Likelihood with
          | Some found -> row [ "class", "total" ] $"Difference{bounded}" (difference found)
          | None -> ()
          match m.Uniform with
          | Some x -> row [] "Coin tosses: every state alike" (fun _ _ -> [ text (nats x) ])
          | None -> ()
          if m.Visible.IsSome then
              match m.Likelihood with
              | Some found -> row [] $"{own}, {per}{bitsBounded}" (fun _ value -> bits found.Splits value)
              | None -> ()

              row [] $"{naive}, bits per dimension" (fun _ value -> bits m.Independent value)
          match m.Pseudo with
          | Some pseudo -> plainRow "Pseudo-log-likelihood of the machine" pseudo
          | None -> ()
          match m.FreeEnergy with
          | Some free ->
              row [] "Mean free energy" (fun split _ ->
                  match split with
                  | "train" -> [ text (figureOf nats free.Train) ]
                  | "validation" -> [ text (figureOf nats free.Validation) ]
                  | _ -> [ text "–" ])
          | None -> () ]

    let errors =
        [ match m.Likelihood |> Option.bind _.StandardError with
          | Some se -> $" The machine’s test mean has a standard error of {nats se} over the finite test set."
          | None -> ()
          match m.Likelihood |> Option.bind _.Low, m.Likelihood |> Option.bind _.High with
          | (Some a as low), (Some b as high) when a < b -> $" The error of log Z leaves {range low high} for it."
          | low, high when m.Likelihood.IsSome && (m.LogZ |> Option.exists _.IsUnbounded) ->
              $" The error of log Z leaves {range low high} for it."
          | _ -> ()
          match m.Difference with
          | Some d ->
              let error =
                  match d.Error with
                  | Some error -> $" (standard error {nats error})"
                  | None -> ""

              let at =
                  match m.LogZ |> Option.bind _.Reverse with
                  | Some _ -> ", at the larger of both estimates of log Z,"
                  | None -> ""

              $" The paired difference from {independent run} over test examples{at} is {EnergyPlot.signed nats d.Mean}{error}."
          | None -> ()
          if m.IsLowerBound then
              " The figures of the machine are lower bounds: its log-likelihoods are at least as high."
          if m.Kind = "classRbm" && m.Likelihood.IsSome then
              " Its figures are of p(v), the data without their classes." ]
        |> String.concat ""

    let pseudo =
        if m.Pseudo.IsSome then
            " The pseudo-log-likelihood adds up log-probabilities of each unit given all others; it needs no log Z and is no log-likelihood."
        else
            ""

    if columns.IsEmpty then
        []
    else
        [ div
              "dense"
              [ Html.table
                    (numbered
                        (numbers.Table())
                        [ text $"Log-likelihood in nats per {run.Unit}; higher is better.{errors}{pseudo}" ])
                    (("Quantity", Align.Left)
                     :: (columns |> List.map (fun (name, _) -> name, Align.Right)))
                    rows ] ]

/// The partition function and how it was found.
let partition (m: BoltzmannFile) (numbers: Numbering) =
    match m.LogZ with
    | None -> []
    | Some z ->
        let value error x =
            if System.Double.IsFinite x then
                EnergyPlot.plusMinus { Mean = x; Error = error }
            else
                "not a number"

        let method' =
            match z.Method with
            | "enumeration" -> "enumeration (exact)"
            | "" -> "–"
            | other -> other

        let rows =
            [ "log Z, nats", value z.StandardError z.Value
              match z.Low, z.High with
              | low, high when z.IsUnbounded -> "Range of error, nats", range low high
              | Some a as low, (Some b as high) when a < b -> "Range of error, nats", range low high
              | _ -> ()
              "Method", method'
              match z.Chains with
              | Some n -> "Chains", Number.count n
              | None -> ()
              match z.Temperatures with
              | Some n -> "Temperatures", Number.count n
              | None -> ()
              match z.BaseRate with
              | Some x -> "log Z of the base-rate model, nats", nats x
              | None -> ()
              match z.Reverse with
              | Some x ->
                  "log Z by reverse AIS, nats", value z.ReverseError x

                  if System.Double.IsFinite z.Value then
                      "Reverse less forward AIS, nats", EnergyPlot.signed nats (x - z.Value)
              | None -> ()
              match z.EffectiveSampleSize with
              | Some x ->
                  let total =
                      match z.Chains with
                      | Some n -> $" of {Number.count n} chains"
                      | None -> ""

                  "Effective sample size", $"{Number.decimals 1 x}{total}"
              | None -> () ]

        let how =
            if z.Method = "AIS" then
                " AIS is annealed importance sampling (Neal 2001; Salakhutdinov and Murray 2008)."
            else
                ""

        [ Html.table
              (numbered
                  (numbers.Table())
                  [ text $"The partition function Z, by which unnormalised probabilities become probabilities.{how}" ])
              [ "Quantity", Align.Left; "Value", Align.Right ]
              (rows |> List.map (fun (name, cell) -> [], [ [ text name ]; [ text cell ] ])) ]
