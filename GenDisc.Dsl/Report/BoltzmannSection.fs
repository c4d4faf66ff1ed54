/// Whether a Boltzmann machine is right: better than independent units, and how surely.
module internal GenDisc.Reporting.BoltzmannSection

open System
open GenDisc.Reporting.BoltzmannBanners
open GenDisc.Reporting.BoltzmannTables
open GenDisc.Reporting.EnergyFiles
open GenDisc.Reporting.Html

/// What the machine is, and whether it beats independent units.
let private verdict (run: RunFolder) (m: BoltzmannFile) =
    let size =
        match m.Visible, m.Hidden with
        | Some v, Some h when h > 0L -> $" with {Number.count v} visible and {Number.count h} hidden units"
        | Some v, _ -> $" with {Number.count v} visible units"
        | _ -> ""

    let better =
        match m.Compared, m.Likelihood with
        | Some(own, naive), Some _ when m.IsLowerBound && own < naive ->
            let a, b, difference = apart own naive

            $" All that is known of its log-likelihood of test data is that it is at least {a} nats per {run.Unit}, {difference} below the {b} of {independent run}: whether it is better cannot be told from this bound."
        | Some(own, naive), Some found when m.Standing = Standing.Above && own > naive ->
            let a, b, difference = apart own naive

            let doubt =
                let reaches =
                    [ found.Low; found.StandardError |> Option.map (fun se -> own - 1.96 * se) ]
                    |> List.choose id
                    |> List.exists (fun low -> low < naive)

                if reaches then
                    " Its range of error reaches below them: it may be no better."
                else
                    ""

            let estimated = if m.LogZ |> Option.exists _.IsEstimate then "estimated " else ""

            $" Its {estimated}log-likelihood of test data is {atLeast m}{a} nats per {run.Unit}, {difference} better than the {b} of {independent run}{ifHolds m}.{doubt}"
        | Some _, _ -> ""
        | None, _ when m.Likelihood.IsNone ->
            let why =
                if m.LogZ.IsNone then
                    "its partition function was neither enumerated nor estimated"
                else
                    "none was computed"

            $" Its log-likelihood is not known: {why}. Whether it is better than {independent run} cannot be told from this run; a falling loss or reconstruction error does not tell."
        | _ -> ""

    let what =
        match m.Of with
        | Some _ when m.IsFirst -> $"{subject m String.Empty} of a {m.Name}"
        | _ -> $"A {m.Name}"

    p [ text $"{what}{size}.{better}" ]

/// How far the estimate of log Z can be trusted.
let private trust (m: BoltzmannFile) =
    match m.LogZ with
    | Some z when z.Method = "enumeration" -> [ "log Z is exact: all states were added up." ]
    | Some z ->
        [ if z.Method = "AIS" then
              "AIS tends to find log Z too small, and so log-likelihoods too large, when its chains do not reach all modes; its error bars cannot show what no chain has seen."
          match z.Reverse with
          | Some reverse when Double.IsFinite z.Value ->
              "Reverse AIS tends to the other side. It starts from the ends of Markov chains, 1,000 sweeps long, and so is an upper bound only as far as these have mixed."

              let difference = abs (reverse - z.Value)

              match z.Crossed with
              | Some crossed ->
                  $"Here it lies {nats crossed} nats below forward AIS, more than three of their joint errors: that cannot be for exact samples. The chains have not mixed, and the true log Z may lie above both."
              | None when difference <= max 1.0 (3.0 * Option.defaultValue 0.0 z.JointError) ->
                  $"It differs by {nats difference} nats: the two agree."
              | None ->
                  $"It differs by {nats difference} nats: if its chains have mixed, the truth is likely between the two."
          | _ -> ()
          match z.EffectiveSampleSize, z.Chains with
          | Some size, Some chains when chains >= 10L && size < 0.1 * float chains ->
              $"Only {Number.decimals 1 size} of {Number.count chains} chains carry the estimate: more temperatures would make it firmer."
          | _ -> () ]
    | None -> []

/// Overfitting shows in free energies without log Z.
let private overfitting (m: BoltzmannFile) =
    match m.FreeEnergy with
    | Some { Train = Some train
             Validation = Some validation
             StandardError = error } ->
        let gap = validation - train

        let within =
            match error with
            | Some se -> $" (standard error {nats se})"
            | None -> ""

        let words =
            match error with
            | Some se when gap > 2.0 * se ->
                $"The free energy of validation data is on average {nats gap} nats above that of training data{within}: the machine gives what it was trained on more probability than what it was not. A gap that grows from epoch to epoch is overfitting."
            | Some _ when gap >= 0.0 ->
                $"The free energy of validation data is on average {nats gap} nats above that of training data{within}: no sign of overfitting."
            | None when gap > 0.0 ->
                $"The free energy of validation data is on average {nats gap} nats above that of training data. A gap that grows from epoch to epoch is overfitting."
            | _ ->
                $"The free energy of validation data is on average {nats (abs gap)} nats below that of training data{within}: no sign of overfitting."

        [ words + " log Z is the same for both and cancels." ]
    | _ -> []

let private sentences lines =
    match lines with
    | [] -> []
    | lines -> [ p [ text (String.Join(" ", (lines: string list))) ] ]

let machine (run: RunFolder) (numbers: Numbering) =
    let said =
        match run.Boltzmann with
        | None -> []
        | Some m ->
            advice run m
            @ [ verdict run m ]
            @ likelihoods run m numbers
            @ partition m numbers
            @ sentences (trust m)
            @ sentences (overfitting m)

    let pictures = BoltzmannFigures.pictures run numbers

    let charts =
        run.Boltzmann
        |> Option.map (BoltzmannFigures.charts numbers)
        |> Option.defaultValue []

    said @ pictures @ charts
