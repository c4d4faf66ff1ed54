/// What the page of a search says of its procedure and of how far to trust it.
module internal GenDisc.Reporting.SearchWords

open System
open GenDisc.Reporting.Html
open GenDisc.Reporting.ReadSearch
open GenDisc.Reporting.SearchCharts

let private counted (one: string) n =
    if n = 1 then $"1 {one}" else $"{Number.count (int64 n)} {one}s"

let private trialsOf = counted "trial"
let private pointsOf = counted "point"
let private experimentsOf = counted "experiment"
let private freshSeedsOf = counted "fresh seed"
let epochsOf = counted "epoch"
let runsOf = counted "run"

let private way (s: SearchFolder) =
    if s.Maximised then "greatest" else "least"

/// What the strategy does, with its source.
let private strategy (s: SearchFolder) =
    match s.Strategy.Split ' ' with
    | [| "grid"; points |] ->
        $"Grid search trains every combination of the choices, of each range {pointsOf (int points)} from end to end, in its logarithm where it is logarithmic: {trialsOf s.Planned}."
    | [| "random"; _ |] ->
        $"Random search draws {trialsOf s.Planned} from the space, each choice uniformly over its list or range, in the logarithm where it is logarithmic, and none twice (Bergstra and Bengio 2012)."
    | [| "successiveHalving"; n |] ->
        let rungs =
            s.Rungs |> List.map (fun (trials, epochs) -> $"{trials} for {epochsOf epochs}")

        $"Successive halving draws {experimentsOf (int n)} from the space and trains each for few epochs; by the {way s} validation {s.Figure}, the best third goes on to three times as many, up to the full number (Jamieson and Talwalkar 2016): {Statistics.listed rungs}. Every run starts anew, so that a schedule of the learning rate runs to its end in each."
    | [| "tpe"; _ |] ->
        $"The tree-structured Parzen estimator (Bergstra et al. 2011) draws its first 10 trials from the space. Each later one is drawn where good trials are denser than others: the best quarter of the trials that have ended gives a density l(x) of each choice, all others, failed ones too, a density g(x), and of 24 draws from l the one with the greatest l(x)/g(x) is taken. Densities are mixtures of Gaussians cut off at the ends of the range, in its logarithm where it is logarithmic, or smoothed frequencies of a list. Four trials at a time are proposed before any of them has ended, each with the worst value so far in place of those that have not (the constant liar of Ginsbourger, Le Riche and Carraro 2010), so that the trials are the same on any number of cores."
    | _ -> $"The strategy is {s.Strategy}."

/// How the search was made, in paragraphs.
let procedure (s: SearchFolder) =
    let split =
        match s.Result |> Option.map _.Counts with
        | Some counts when
            counts.ContainsKey "train"
            && counts.ContainsKey "validation"
            && counts.ContainsKey "test"
            ->
            let train, validation, test =
                Number.count counts["train"], Number.count counts["validation"], Number.count counts["test"]

            $" Each trial learns from {train} examples, and is judged by {validation} held out from training; {test} test examples play no part in the choice."
        | _ -> ""

    [ strategy s
      $"The experiment of the {way s} validation {s.Figure} wins.{split} The winner is then trained again with seeds that no trial had, and the test figures of these runs alone are reported."
      $"All draws come from seed {s.Seed} of the search: the same declaration tries the same experiments." ]

/// The best trial's figure beside its mean over fresh seeds: how much of it was luck. None where either is missing.
let optimism (s: SearchFolder) =
    let fresh = s.Confirmed |> List.map _.Validation |> List.filter Double.IsFinite

    match s.Best, fresh with
    | Some best, _ :: _ ->
        let mean = List.average fresh
        let gain = if s.Maximised then best.Validation - mean else mean - best.Validation
        let said = shown s.Figure

        let difference =
            match GenDisc.Wording.kind s.Figure with
            | GenDisc.Wording.Kind.Share -> $"{Number.decimals 2 (100.0 * gain)} percentage points"
            | _ -> said gain

        let verdict =
            if gain > 0.0 then
                $"it looked better by {difference} when it was chosen, which the choice of the best among {runsOf (List.length s.Ended)} explains at least in part"
            else
                "it did not look better when it was chosen than it is"

        Some
            $"The winner’s validation {s.Figure} was {said best.Validation} when it was chosen, and is {said mean} on average over {freshSeedsOf fresh.Length}: {verdict}."
    | _ -> None

/// What the search cannot say; only what applies.
let limits (s: SearchFolder) =
    [ "The best of many trials is partly the luckiest: only its figures over fresh seeds are estimates without that bias. Validation figures of trials should not be reported as results."
      match s.Confirmed.Length with
      | 1 -> "One fresh seed has no interval."
      | n when n > 1 ->
          $"The intervals cover chance in training and in which training examples are taken, by Student’s t with {n - 1} degrees of freedom, but neither the choice of test examples nor the choice of the space."
      | _ -> ()
      if not s.Alone.IsEmpty then
          "Importance is what a random forest, fitted to the trials, says of the space as it was declared: wider or narrower ranges give other shares, and what a choice does only together with others is in no share."
      if not s.Rungs.IsEmpty then
          "An experiment that learns slowly at first may be left behind early."
      if s.Figure = "loss" then
          "Losses compare only between trials whose loss is the same weighted sum."
      if s.Trials |> List.exists _.Problem.IsSome then
          "Trials that failed are part of the space: a neighbour of one that diverged may diverge with another seed."
      "The run folders of trials hold test figures in their own reports. Who chooses by these has no test data left." ]

/// Banners about what is missing.
let missing (s: SearchFolder) =
    let banner heading words =
        el "div" [ "class", "banner"; "role", "note" ] [ strong heading; text words ]

    let failed = s.Trials |> List.filter _.Problem.IsSome

    [ if s.Status <> "done" then
          banner
              "Not finished. "
              $"{s.Trials.Length} of {runsOf s.Planned} have ended; the same command goes on where the search stopped."
      if not failed.IsEmpty then
          banner "Failed. " $"{runsOf failed.Length} of {s.Trials.Length} came to no figure; the table says why."
      for seed, problem in s.Missing do
          banner "Left out. " $"The winner did not come to an end with seed {seed}: {problem}" ]
