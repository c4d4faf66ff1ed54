/// Searches: which experiment of a space is best, chosen on validation data and reported once on test data.
module internal GenDisc.SearchRunner

open System
open GenDisc.Running
open GenDisc.Running.SearchSession

let private refuse (problems: (string * string) list) =
    if not problems.IsEmpty then
        let explained = [ for expected, hint in problems -> $"{expected}\nhint: {hint}" ]
        raise (InvalidExperiment(String.Join("\n", explained)))

/// Raises InvalidExperiment where any of these has no plan, with the first three explained.
let private insist (asked: Asked list) =
    let wrong =
        [ for one in asked do
              match one.Plan with
              | Error problem -> one, problem
              | Ok _ -> () ]

    if not wrong.IsEmpty then
        let explained =
            [ for one, problem in List.truncate 3 wrong do
                  let choices =
                      [ for d, pick in one.Proposal.Choices -> $"{Show.name d.Name} = {Domain.showPick d.Domain pick}" ]

                  let listed = String.Join(", ", choices)
                  $"trial {one.Proposal.Index}, {listed}:\n{problem}" ]

        let more =
            if wrong.Length > 3 then
                [ $"and {wrong.Length - 3} of the other trials are not valid either" ]
            else
                []

        raise (InvalidExperiment(String.Join("\n", explained @ more)))

let private onRung session number (rung: Halving.Rung) (one: Proposals.Proposal<Experiment>) =
    asked session number (Some(Halving.epochs one.Value.Training.Epochs rung)) one

/// The plan of the first valid trial. Raises InvalidExperiment where a trial that can be told is not valid; of the
/// estimator, whose later trials cannot be told yet, where none of the first is.
let private check (session: Session) (search: Search) drawn rungs =
    let trials =
        match search.Strategy with
        | Strategy.SuccessiveHalving _ ->
            [ for number, rung in List.indexed rungs do
                  for one in drawn -> onRung session number rung one ]
        | _ -> drawn |> List.map (asked session 0 None)

    let valid = trials |> List.choose (fun one -> Result.toOption one.Plan)

    match search.Strategy, valid with
    | Strategy.Tpe _, _ :: _ -> ()
    | _ -> insist trials

    valid.Head

/// Experiments of the first rung and what follows it; of other strategies all, or none where each waits for others.
let private proposals (search: Search) space =
    match search.Strategy with
    | Strategy.Grid points -> Proposals.grid points space
    | Strategy.Random trials
    | Strategy.SuccessiveHalving trials -> Proposals.random (int64 search.Seed) trials space
    | Strategy.Tpe trials -> Proposals.estimated (int64 search.Seed) trials space []

/// Goes through the trials of a search, whose first ones have been drawn; answers with all that were.
let private explore (session: Session) (search: Search) space (drawn: Proposals.Proposal<Experiment> list) rungs =
    match search.Strategy with
    | Strategy.Grid _
    | Strategy.Random _ ->
        session.Run(drawn |> List.map (asked session 0 None))
        drawn
    | Strategy.SuccessiveHalving _ ->
        let mutable left = drawn

        for number, rung: Halving.Rung in List.indexed rungs do
            session.Run(left |> List.map (onRung session number rung))

            let values =
                [ for t in session.Contents.Trials do
                      if t.Rung = number then
                          t.Index, value session.Contents.Goal t ]

            let count = rungs |> List.tryItem (number + 1) |> Option.map _.Trials
            let next = Halving.survivors (defaultArg count 0) values
            left <- [ for index in next |> List.sort -> drawn |> List.find (fun one -> one.Index = index) ]

        drawn
    | Strategy.Tpe trials ->
        let rec go (made: Proposals.Proposal<Experiment> list) (next: Proposals.Proposal<Experiment> list) =
            if next.IsEmpty then
                made
            else
                session.Run(next |> List.map (asked session 0 None))
                let made = made @ next

                let told: Proposals.Told list =
                    [ for one, t in List.zip made session.Contents.Trials ->
                          { Choices = one.Choices
                            Value = value session.Contents.Goal t } ]

                go made (Proposals.estimated (int64 search.Seed) trials space told)

        go [] drawn

/// What every trial taught: of successive halving at the fewest epochs, where all were.
let private importance (search: Search) space (contents: SearchFile.Contents) made =
    [ for t in contents.Trials do
          if t.Rung = 0 && t.Status.IsDone then
              let one: Proposals.Proposal<Experiment> =
                  made |> List.find (fun one -> one.Index = t.Index)

              one.Choices, t.Validation ]
    |> Importance.shares (int64 search.Seed) space

let private noneEnded (session: Session) =
    let problem =
        session.Contents.Trials
        |> List.tryPick (fun t ->
            match t.Status with
            | TrialStatus.Failed problem -> Some $"trial {t.Index}: {problem}"
            | TrialStatus.Done -> None)
        |> Option.defaultValue "the space holds no experiment"

    GenDisc.Core.Runtime.UserError(
        $"no trial of the search came to an end\n{problem}\nAll trials are listed in {session.Folder}"
    )

/// From the trials to the page.
let private go (session: Session) (search: Search) space drawn rungs seeds =
    session.Write id
    let made = explore session search space drawn rungs
    let importance = importance search space session.Contents made
    session.Write(fun c -> { c with Importance = importance })

    match session.Contents.Best with
    | None ->
        session.Report() |> ignore
        raise (noneEnded session)
    | Some best ->
        let winner = winnerOf (made |> List.find (fun one -> one.Index = best.Index)).Value
        session.Write(fun c -> { c with Winner = Some winner })
        session.Tell(SearchTold.ranking session.Contents winner)
        session.Confirm winner seeds
        session.Tell(SearchTold.confirmation session.Contents)
        session.Tell [ "report: " + Wording.path (session.Report()) ]
        winner

let search (search: Search) (options: HostOptions) : SearchResult =
    let space = Space.map (Runner.overridden options) search.Space
    let search = { search with Space = space }
    let seen = Space.look space
    refuse (Search.problems seen search)
    // the host's wishes are in the experiments now, and a rung has epochs of its own
    let options =
        { options with
            Seed = None
            Epochs = None }

    let loader = Loader options
    let first = seen.Values.Head
    let drawn = proposals search space

    let seeds =
        search.Confirm
        |> Option.defaultWith (fun () -> [ for i in 1..3 -> first.Seed + i ])

    refuse
        [ for seed in seen.Values |> List.map _.Seed |> List.distinct do
              if List.contains seed seeds then
                  $"confirmedOver expects fresh seeds, but trials are run with {Show.integer seed}",
                  "what wins with a seed looks better with it than it is; write others" ]

    let rungs =
        match search.Strategy with
        | Strategy.SuccessiveHalving _ -> Halving.rungs drawn.Length first.Training.Epochs
        | _ -> []

    let start: SearchFile.Contents =
        { Id = Search.idOf seen search
          Status = "running"
          Search = search
          Goal = Search.goal first search
          Base = first
          Dimensions = seen.Dimensions
          Planned =
            match search.Strategy with
            | Strategy.Tpe trials -> trials
            | Strategy.SuccessiveHalving _ -> rungs |> List.sumBy _.Trials
            | _ -> drawn.Length
          Rungs = [ for rung in rungs -> rung.Trials, Halving.epochs first.Training.Epochs rung ]
          Trials = []
          Best = None
          Winner = None
          Confirmed = []
          Missing = []
          Test = Map.empty
          Importance = { Alone = Map.empty; Explained = nan } }

    let session =
        Session(start, options, Runner.planned options loader, (fun options -> Runner.perform options loader))

    let checkedFirst = check session search drawn rungs
    session.Tell(SearchTold.opening start seeds)

    let answer winner : SearchResult =
        { Id = start.Id
          Folder = session.Folder
          Goal = start.Goal
          Trials = session.Contents.Trials
          Best = session.Contents.Best
          Winner = winner
          Confirmed =
            { Runs = List.map snd session.Contents.Confirmed
              Test = session.Contents.Test }
          Importance = session.Contents.Importance.Alone }

    if options.CheckOnly then
        Runner.perform options loader checkedFirst |> ignore
        answer first
    else
        try
            answer (go session search space drawn rungs seeds)
        with
        | :? RunInterrupted
        | :? OperationCanceledException ->
            session.Write(fun c -> { c with Status = "interrupted" })
            session.Report() |> ignore
            raise (RunInterrupted session.Folder)
