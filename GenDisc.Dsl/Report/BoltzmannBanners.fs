/// What a report says first of a Boltzmann machine that is no good, or of which nobody knows whether it is.
module internal GenDisc.Reporting.BoltzmannBanners

open System
open GenDisc.Reporting.BoltzmannTables
open GenDisc.Reporting.EnergyFiles
open GenDisc.Reporting.Html

/// Two log-probabilities as finely as their difference needs.
let apart (a: float) (b: float) =
    let digits =
        match abs (a - b) with
        | d when d >= 0.5 -> 1
        | d when d >= 0.005 -> 3
        | _ -> 6

    Number.decimals digits a, Number.decimals digits b, Number.decimals digits (abs (a - b))

/// `The first of 2 machines`, or the machine by itself.
let subject (m: BoltzmannFile) alone =
    match m.Of with
    | Some n when m.IsFirst -> $"The first of {Number.count n} machines"
    | _ -> alone

/// What a claim about the likelihood hangs on.
let ifHolds (m: BoltzmannFile) =
    if m.IsUnreliable then ", if log Z holds" else ""

let atLeast (m: BoltzmannFile) =
    if m.IsLowerBound then "at least " else ""

/// `reaches a log-likelihood of …`, where there is one.
let finding (run: RunFolder) (m: BoltzmannFile) =
    [ match m.Compared with
      | Some(own, naive) ->
          let alone = if m.IsFirst then " with its first machine alone" else ""
          let difference = Number.decimals 1 (abs (own - naive))

          let stands =
              match m.Standing with
              | Standing.Level -> "no better than"
              | _ when own < naive -> $"{difference} below that of"
              | _ -> $"{difference} above that of"

          $"reaches{alone} a log-likelihood of {atLeast m}{Number.decimals 1 own} nats per {run.Unit}, {stands} {independent run}{ifHolds m}"
      | None -> () ]

/// What to do about a machine that learned too little, by the terms of its loss.
let private remedies (run: RunFolder) =
    let terms =
        run.Plan
        |> Option.map (fun plan -> plan.Terms |> List.map _.Name)
        |> Option.defaultValue []

    let has name = List.contains name terms
    let slower = "Lower the learning rate: a tenth of it first."

    let longer =
        "Train for more epochs, and watch the log-likelihood instead of the reconstruction error."

    if has "cd" then
        [ "Use persistent chains, pcd 1, or parallel tempering, tempering 10, in place of cd: chains that start at the data never see what lies far from it."
          slower
          longer ]
    elif has "pcd" then
        [ slower
          "Take more steps of Gibbs sampling for each update, as pcd 5 does."
          longer ]
    elif has "tempering" then
        [ slower
          "Take more replicas, so that neighbours exchange states more often."
          longer ]
    elif has "nll" then
        [ slower; "Train for more epochs." ]
    elif has "crossEntropy" then
        [ "It was not trained to model its data: its loss holds crossEntropy, p(y|x), alone. Add 0.01 * pcd 1 if it should." ]
    else
        [ slower
          "Use persistent chains (pcd) or parallel tempering in place of chains that start at the data."
          "Take more steps of Gibbs sampling for each update."
          longer ]

let private lines items =
    el "ul" [] (items |> List.map (fun item -> el "li" [] [ text item ]))

let private loud heading message more =
    el "div" [ "class", "banner bad loud"; "role", "alert" ] ([ p [ strong heading; text message ] ] @ more)

let private comparison (run: RunFolder) (m: BoltzmannFile) =
    match m.Compared with
    | Some(own, naive) when own < naive ->
        let a, b, difference = apart own naive

        $": log-probability {a} against {b} nats per {run.Unit}, {difference} nats lower than a model gives that knows nothing but the mean of each {unit run}."
    | _ ->
        $": it gives test data a lower probability than a model does that knows nothing but the mean of each {unit run}."

let private below (run: RunFolder) (m: BoltzmannFile) more =
    let who = subject m "This machine"

    loud
        $"{who} is worse than {independent run}"
        (comparison run m)
        (p
            [ text
                  "Its samples and features should not be trusted, however far its training loss or its reconstruction error has fallen." ]
         :: more)

/// Why log Z cannot be relied on.
let private doubts (z: LogZ) =
    let found =
        [ match z.EffectiveSampleSize, z.Chains with
          | Some size, Some chains when size < 0.1 * float chains ->
              $"{Number.decimals 1 size} of {Number.count chains} chains carry all of the weight (effective sample size)"
          | _ -> ()
          match z.Reverse with
          | Some reverse when
              abs (reverse - z.Value) > max 1.0 (3.0 * Option.defaultValue 0.0 z.JointError)
              || z.Crossed.IsSome
              ->
              $"forward and reverse annealing differ by {nats (abs (reverse - z.Value))} nats"
          | _ -> ()
          if z.IsUnbounded then
              "its error is unbounded" ]

    if found.IsEmpty then
        "its estimate is not reliable"
    else
        String.Join("; ", found)

let private unknown (m: BoltzmannFile) (z: LogZ) more =
    let what = (subject m "this machine").Replace("The first", "the first")

    loud
        $"log Z of {what} is not known"
        $": {doubts z}. Its log-likelihood may be far from the figures here, and how it compares with other models is open."
        more

let private level (run: RunFolder) (m: BoltzmannFile) more =
    let by =
        match m.Difference with
        | Some({ Error = Some error } as d) ->
            $": {EnergyPlot.signed (Number.decimals 4) d.Mean} nats per {run.Unit}, with a standard error of {Number.decimals 4 error}"
        | Some d -> $": {EnergyPlot.signed (Number.decimals 4) d.Mean} nats per {run.Unit}"
        | None -> ""

    let who = subject m "This machine"

    el
        "div"
        [ "class", "banner"; "role", "note" ]
        (p
            [ strong $"{who} is no better than {independent run}"
              text $"{by}. The difference is not clear: its couplings have learned next to nothing." ]
         :: more)

let private all (run: RunFolder) (m: BoltzmannFile) uncertain poor =
    [ match m.LogZ with
      | Some z when z.IsUnreliable -> unknown m z uncertain
      | _ -> ()
      match m.Standing with
      | Standing.Below -> below run m poor
      | Standing.Level -> level run m poor
      | Standing.Above
      | Standing.Unknown -> () ]

/// For the top of the report; empty where all is well.
let warning (run: RunFolder) =
    let further =
        [ p [ el "a" [ "href", "#machine" ] [ text "What the figures are, and what to do" ] ] ]

    match run.Boltzmann with
    | Some m -> all run m further further
    | None -> []

/// For the top of the section, with what to do.
let advice (run: RunFolder) (m: BoltzmannFile) =
    let doing items =
        [ p [ text "What to do:" ]; lines items ]

    all
        run
        m
        (doing
            [ "Train with a lower learning rate or with weight decay: large weights make modes that chains do not leave."
              "Trust samples and the difference of free energies, which need no log Z, before these figures." ])
        (doing (remedies run))
