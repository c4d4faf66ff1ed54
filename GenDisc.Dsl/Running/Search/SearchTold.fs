/// What a search tells while it goes on. No test figure is told of any trial.
module internal GenDisc.Running.SearchTold

open System
open GenDisc

let private choices (t: Trial) =
    t.Choices
    |> List.map (fun (name, value) -> $"{Show.name name} = {value}")
    |> String.concat ", "

let private figure (goal: Goal) x =
    $"validation {goal.Figure} {Wording.metric goal.Figure x}"

let private direction (goal: Goal) =
    match goal with
    | Goal.Minimise _ -> "least"
    | Goal.Maximise _ -> "greatest"

let private epochsOf n =
    if n = 1 then "1 epoch" else $"{n} epochs"

/// The space and what is going to happen, before the first trial.
let opening (c: SearchFile.Contents) (seeds: int list) =
    let listed = String.Join(", ", seeds)

    let runs =
        match c.Rungs with
        | [] -> $"{c.Planned} trials"
        | rungs ->
            let each =
                [ for trials, epochs in rungs -> $"{trials} of {epochsOf epochs}" ]
                |> String.concat ", "

            $"{c.Planned} runs ({each})"

    [ $"search {c.Id} among experiments like {c.Base.Name}:"
      for d in c.Dimensions do
          $"  {Show.name d.Name} = {Domain.show d.Domain}"
      $"  {Strategy.show c.Search.Strategy}: {runs}; the {direction c.Goal} validation {c.Goal.Figure} wins"
      $"  the winner is run again over seeds {listed}, and its test figures are told of these alone" ]

/// A trial that has just ended, beside the best of as many epochs.
let trial (c: SearchFile.Contents) (best: Trial option) (t: Trial) =
    let total =
        match List.tryItem t.Rung c.Rungs with
        | Some(trials, epochs) -> $"{trials}, {epochsOf epochs}"
        | None -> string c.Planned

    let became =
        match t.Status, best with
        | TrialStatus.Failed problem, _ -> "failed: " + problem.Split('\n').[0]
        | TrialStatus.Done, Some best when best.Index = t.Index -> $"{figure c.Goal t.Validation} (the best so far)"
        | TrialStatus.Done, Some best ->
            $"{figure c.Goal t.Validation} (best so far {Wording.metric c.Goal.Figure best.Validation}, trial {best.Index})"
        | TrialStatus.Done, None -> figure c.Goal t.Validation

    let which =
        if c.Rungs.IsEmpty then
            $"trial {t.Index} of {total}"
        else
            $"trial {t.Index}, one of {total}"

    $"{which}: {choices t} – {became}"

/// The best trials of the most epochs, at most five, best first.
let private table (c: SearchFile.Contents) =
    let last = c.Trials |> List.map _.Rung |> List.max

    let ranked =
        c.Trials
        |> List.filter (fun t -> t.Status.IsDone && t.Rung = last)
        |> List.sortBy (fun t -> if c.Goal.IsMaximise then -t.Validation else t.Validation)
        |> List.truncate 5

    let names = c.Dimensions |> List.map _.Name |> List.distinct

    Wording.tableOf
        [ false; yield! names |> List.map (fun _ -> true); true; true ]
        ([ yield "trial"
           yield! names |> List.map Show.name
           yield $"validation {c.Goal.Figure}"
           yield "training" ]
         :: [ for t in ranked ->
                  [ yield string t.Index
                    for name in names do
                        yield
                            t.Choices
                            |> List.tryFind (fst >> (=) name)
                            |> Option.map snd
                            |> Option.defaultValue ""
                    yield Wording.metric c.Goal.Figure t.Validation
                    yield Wording.duration t.Seconds ] ])

/// After the last trial: the best ones, and the winner as a declaration.
let ranking (c: SearchFile.Contents) (winner: Experiment) =
    let failed = c.Trials |> List.filter _.Status.IsFailed |> List.length

    [ yield $"{c.Base.Name}, best trials by validation {c.Goal.Figure}"
      yield! table c
      if failed > 0 then
          yield $"{failed} of {c.Trials.Length} trials failed"
      yield "winner:"
      yield! (Experiment.show winner).Split('\n') ]

/// After the winner has been run over fresh seeds.
let confirmation (c: SearchFile.Contents) =
    let seeds = c.Confirmed |> List.map fst

    let validation =
        c.Confirmed
        |> List.map (fun (_, run) -> run.Validation[c.Goal.Figure])
        |> List.filter Double.IsFinite

    [ if seeds.IsEmpty then
          yield "the winner could not be confirmed: no run over a fresh seed came to an end"
      else
          match c.Winner with
          | Some winner -> yield! SeedsTable.lines winner.Name seeds c.Test
          | None -> ()
      for seed, problem in c.Missing do
          yield $"seed {seed} is missing: " + problem.Split('\n').[0]
      match c.Best, validation with
      | Some best, _ :: _ ->
          yield
              $"{figure c.Goal best.Validation} when it won, {Wording.metric c.Goal.Figure (List.average validation)} on average over fresh seeds"
      | _ -> () ]
