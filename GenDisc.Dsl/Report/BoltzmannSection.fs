/// Whether a Boltzmann machine is right: better than independent units, and how surely.
module internal GenDisc.Reporting.BoltzmannSection

open System
open GenDisc.Reporting.BoltzmannTables
open GenDisc.Reporting.EnergyFiles
open GenDisc.Reporting.Html

/// Two log-probabilities as finely as their difference needs.
let private apart (a: float) (b: float) =
    let digits =
        match abs (a - b) with
        | d when d >= 0.5 -> 1
        | d when d >= 0.005 -> 3
        | _ -> 6

    Number.decimals digits a, Number.decimals digits b, Number.decimals digits (abs (a - b))

let private comparison (run: RunFolder) (m: BoltzmannFile) =
    match m.Compared with
    | Some(own, naive) when own < naive ->
        let a, b, difference = apart own naive

        $": log-probability {a} against {b} nats per {run.Unit}, {difference} nats lower than a model gives that knows nothing but the mean of each {unit run}"
    | _ ->
        $": it gives test data a lower probability than a model does that knows nothing but the mean of each {unit run}"

let private remedies =
    [ "Lower the learning rate: a tenth of it first."
      "Use persistent chains (PCD) or parallel tempering in place of chains that start at the data."
      "Take more steps of Gibbs sampling for each update."
      "Check that no gradient flows through the negative phase: its states are constants."
      "Train for more epochs, and watch the log-likelihood instead of the reconstruction error." ]

let private alarm (run: RunFolder) (m: BoltzmannFile) more =
    el
        "div"
        [ "class", "banner bad loud"; "role", "alert" ]
        ([ p
               [ strong $"This machine is worse than {independent run}"
                 text (comparison run m + ".") ]
           p
               [ text
                     "Its samples and features should not be trusted, however far its training loss or its reconstruction error has fallen." ] ]
         @ more)

/// For the top of the report; empty unless a machine is worse than independent units.
let warning (run: RunFolder) =
    match run.Boltzmann with
    | Some m when m.IsBelow ->
        [ alarm run m [ p [ el "a" [ "href", "#machine" ] [ text "What the figures are, and what to do" ] ] ] ]
    | _ -> []

let private loudly (run: RunFolder) (m: BoltzmannFile) =
    if m.IsBelow then
        [ alarm
              run
              m
              [ p [ text "What to do:" ]
                el "ul" [] (remedies |> List.map (fun r -> el "li" [] [ text r ])) ] ]
    else
        []

let private isEstimate (m: BoltzmannFile) =
    m.LogZ |> Option.exists (fun z -> z.Method <> "enumeration")

/// What the machine is, and whether it beats independent units.
let private verdict (run: RunFolder) (m: BoltzmannFile) =
    let size =
        match m.Visible, m.Hidden with
        | Some v, Some h when h > 0L -> $" with {Number.count v} visible and {Number.count h} hidden units"
        | Some v, _ -> $" with {Number.count v} visible units"
        | _ -> ""

    let estimated = if isEstimate m then "estimated " else ""

    let better =
        match m.Compared, m.Likelihood with
        | Some(own, naive), Some found when own >= naive ->
            let a, b, difference = apart own naive

            let doubt =
                let surely =
                    [ found.Low; found.StandardError |> Option.map (fun se -> own - 1.96 * se) ]
                    |> List.choose id
                    |> List.exists (fun low -> low < naive)

                if surely then
                    " Its range of error reaches below them: it may be no better."
                else
                    ""

            $" Its {estimated}log-likelihood of test data is {a} nats per {run.Unit}, {difference} better than the {b} of {independent run}.{doubt}"
        | Some _, _ -> ""
        | None, _ when m.Likelihood.IsNone ->
            let why =
                if m.LogZ.IsNone then
                    "its partition function was neither enumerated nor estimated"
                else
                    "none was computed"

            $" Its log-likelihood is not known: {why}. Whether it is better than {independent run} cannot be told from this run; a falling loss or reconstruction error does not tell."
        | _ -> ""

    p [ text $"A {m.Name}{size}.{better}" ]

/// How far the estimate of log Z can be trusted.
let private trust (m: BoltzmannFile) =
    match m.LogZ with
    | Some z when z.Method = "enumeration" -> [ "log Z is exact: all states were added up." ]
    | Some z ->
        [ if z.Method = "AIS" then
              "AIS tends to find log Z too small, and so log-likelihoods too large, when its chains do not reach all modes; its error bars cannot show what no chain has seen."
          match z.Reverse with
          | Some reverse when abs (reverse - z.Value) <= 1.0 ->
              $"Reverse AIS, which tends to the other side, differs by {nats (abs (reverse - z.Value))} nats: the two agree."
          | Some reverse ->
              $"Reverse AIS, which tends to the other side, differs by {nats (abs (reverse - z.Value))} nats: the truth is likely between the two."
          | None -> ()
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
            loudly run m
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
