/// One page about a search: what was tried, what won, and how good it is.
module internal GenDisc.Reporting.SearchPage

open System
open System.IO
open GenDisc
open GenDisc.Reporting.Html
open GenDisc.Reporting.ReadSearch
open GenDisc.Reporting.SearchCharts
open GenDisc.Reporting.SearchWords

/// The most trials of a table.
let private most = 100

let private interval name (f: SearchFigure) =
    if Double.IsFinite f.Low && Double.IsFinite f.High then
        $"{shown name f.Low} to {shown name f.High}"
    else
        "–"

let private abstractOf (s: SearchFolder) =
    let over = Statistics.listed s.Names
    let ended = runsOf s.Trials.Length

    let best =
        match s.Best with
        | Some best ->
            let choices =
                best.Choices
                |> List.map (fun (name, value) -> $"{name} = {value}")
                |> Statistics.listed

            [ $"The best by validation {s.Figure} ({shown s.Figure best.Validation}) is trial {best.Index}, with {choices}." ]
        | None -> []

    let confirmed =
        match Map.tryFind s.Figure s.Test with
        | Some f when f.Count > 1 ->
            [ $"Over {f.Count} fresh seeds its test {s.Figure} is {shown s.Figure f.Mean} on average (95 %% interval {interval s.Figure f})." ]
        | Some f -> [ $"With one fresh seed its test {s.Figure} is {shown s.Figure f.Mean}." ]
        | None -> []

    String.Join(
        " ",
        $"A search over {over} by {ended} of experiments ({s.Strategy})." :: best
        @ confirmed
    )

let private header (s: SearchFolder) =
    el
        "header"
        [ "class", "top" ]
        ([ el "p" [ "class", "kicker" ] [ text "GenDisc search" ]
           el "h1" [] [ text s.Name ]
           el "p" [ "class", "abstract" ] [ text (abstractOf s) ] ]
         @ missing s)

let private asked (s: SearchFolder) (numbers: Numbering) =
    [ p [ text $"Which experiment of a space has the best validation {s.Figure}? Its first one is:" ]
      Source.highlight s.Base
      p [ text "The search is declared by the words behind the space:" ]
      Source.highlight ("|> " + s.Words)
      Html.table
          (numbered (numbers.Table()) [ text "The choices of the space." ])
          [ "Choice", Align.Left; "From", Align.Left ]
          [ for d in s.Dimensions -> [], [ [ text d.Name ]; [ code d.Source ] ] ] ]

/// Of successive halving those of the fewest epochs, where all were.
let private comparable (s: SearchFolder) =
    s.Ended |> List.filter (fun t -> t.Rung = 0)

let private charts (s: SearchFolder) (numbers: Numbering) =
    let ended = comparable s

    if ended.IsEmpty then
        []
    else
        let among =
            match s.Rungs with
            | (_, epochs) :: _ :: _ -> $" at {epochsOf epochs}, where all experiments were trained"
            | _ -> ""

        [ parallels
              "figure-search-parallel"
              s
              ended
              (numbered
                  (numbers.Figure())
                  [ text
                        $"Parallel coordinates: each line is a trial{among}, its height on each axis what was chosen, and on the last its validation {s.Figure}, the better above. The better, the darker; the winner is drawn thick. Values of a list are spread a little; a line that passes below an axis made no such choice." ])
          if s.Rungs.Length > 1 then
              rungs
                  "figure-search-rungs"
                  s
                  s.Ended
                  (numbered
                      (numbers.Figure())
                      [ text
                            "Successive halving: every trial over its epochs; a line ends where the trial was left behind." ])
          else
              history
                  "figure-search-history"
                  s
                  ended
                  (numbered (numbers.Figure()) [ text $"Validation {s.Figure} of the trials in their order." ]) ]

let private table (s: SearchFolder) (numbers: Numbering) =
    let ranked = s.Ranked s.Ended
    let failed = s.Trials |> List.filter (fun t -> not (List.contains t ranked))
    let all = ranked @ failed
    let halved = s.Rungs.Length > 1

    let row (t: SearchTrial) =
        let link = el "a" [ "href", $"../{t.Run}/report.html" ] [ text t.Run ]
        let won = s.Best |> Option.exists (fun best -> best.Run = t.Run)

        [],
        [ [ (if won then strong (string t.Index) else text (string t.Index)) ]
          for name in s.Names do
              [ text (t.Choice name |> Option.defaultValue "–") ]
          if halved then
              [ text (t.Epochs |> Option.map string |> Option.defaultValue "–") ]
          [ text (shown s.Figure t.Validation) ]
          [ text (figureOf Number.seconds (Some t.Seconds)) ]
          match t.Problem with
          | Some problem -> [ text (problem.Split('\n').[0]) ]
          | None -> [ link ] ]

    let order = if halved then ", those of more epochs before others" else ""

    let cut =
        if all.Length > most then
            $" The first {most} of {all.Length}; the others are in search.json."
        else
            ""

    if all.IsEmpty then
        []
    else
        [ Html.table
              (numbered (numbers.Table()) [ text $"The trials, the best first{order}.{cut}" ])
              [ "trial", Align.Right
                for name in s.Names do
                    name, Align.Right
                if halved then
                    "epochs", Align.Right
                $"validation {s.Figure}", Align.Right
                "training", Align.Right
                "run", Align.Left ]
              (all |> List.truncate most |> List.map row) ]

let private importanceOf (s: SearchFolder) (numbers: Numbering) =
    if s.Alone.IsEmpty then
        []
    else
        let together = 1.0 - (s.Alone |> Map.toList |> List.sumBy snd)

        let rest =
            if together > 0.005 then
                $" {Number.percent 0 together} of the variance is due to choices together."
            else
                ""

        let trust =
            if Double.IsFinite s.Explained then
                let share = max 0.0 s.Explained
                let weak = if share < 0.3 then ": too little to believe these shares" else ""
                $" The forest explains {Number.percent 0 share} of the variance of trials that it has not seen{weak}."
            else
                ""

        [ importance
              "figure-search-importance"
              s
              (numbered
                  (numbers.Figure())
                  [ text
                        $"Share of the variance of the validation {s.Figure} over the space that each choice explains alone, by a random forest of 64 trees fitted to the trials (functional analysis of variance, Hutter, Hoos and Leyton-Brown 2014).{rest}{trust}" ]) ]

let private winner (s: SearchFolder) (numbers: Numbering) =
    let declaration =
        match s.Winner with
        | Some source ->
            [ p [ text "The winner as a declaration of its own:" ]
              Source.highlight (source + "\n|> run\n|> ignore") ]
        | None -> []

    let names =
        let test: Metrics = { Values = s.Test |> Map.map (fun _ f -> f.Mean) }
        Wording.metricNames [ for _, m in Wording.brief [ "test", test ] -> m ]

    let confirmed =
        if names.IsEmpty then
            []
        else
            let seeds = s.Confirmed |> List.map (fun c -> string c.Seed) |> Statistics.listed

            [ Html.table
                  (numbered
                      (numbers.Table())
                      [ text
                            $"Test figures of the winner over fresh seeds ({seeds}): mean, deviation, and the 95 %% interval of the mean by Student’s t." ])
                  [ "Figure", Align.Left
                    "mean", Align.Right
                    "deviation", Align.Right
                    "95 % interval", Align.Right ]
                  [ for name in names do
                        let f = s.Test[name]

                        [],
                        [ [ text name ]
                          [ text (shown name f.Mean) ]
                          [ text (shown name f.Deviation) ]
                          [ text (interval name f) ] ] ]
              p
                  [ text "The runs: "
                    for i, c in List.indexed s.Confirmed do
                        if i > 0 then
                            text ", "

                        el "a" [ "href", $"../{c.Run}/report.html" ] [ text c.Run ]
                    text "." ] ]

    declaration
    @ confirmed
    @ (optimism s |> Option.map (fun words -> p [ text words ]) |> Option.toList)

let private cost (s: SearchFolder) =
    let sum (seconds: float list) =
        seconds |> List.filter Double.IsFinite |> List.sum

    let trials = sum (s.Trials |> List.map _.Seconds)
    let fresh = sum (s.Confirmed |> List.map _.Seconds)
    let epochs = s.Trials |> List.choose _.Epochs |> List.sum

    let environment =
        match s.Result with
        | Some result when not result.Environment.IsEmpty ->
            let listed =
                result.Environment
                |> List.map (fun (key, value) -> $"{key} {value}")
                |> Statistics.listed

            [ p [ text $"Environment: {listed}." ] ]
        | _ -> []

    p
        [ text
              $"Training took {Number.seconds trials} in {runsOf s.Trials.Length} of trials, with {epochsOf epochs} at most, and {Number.seconds fresh} in {runsOf s.Confirmed.Length} over fresh seeds; evaluation is not counted." ]
    :: environment

let private reproduction (s: SearchFolder) =
    [ p
          [ text "The script that declares the space, run by "
            code "gendisc run script.fsx"
            text ", tries the same experiments and reuses those that are finished; "
            code "--fresh"
            text " trains them again. Every trial’s folder holds its own declaration as "
            code "experiment.fsx"
            text $". The identity {s.Id} follows the declaration." ] ]

/// The page of a search.
let page (s: SearchFolder) : string =
    let numbers = Numbering()

    Page.html
        $"{s.Name}: search · GenDisc report"
        (header s)
        "Written by GenDisc from search.json beside this page. The page holds everything it shows and opens without a network; links lead to the runs’ own reports."
        [ Page.section "asked" "Question" "What was asked" (fun () -> asked s numbers)
          Page.section "procedure" "Procedure" "Procedure" (fun () ->
              procedure s |> List.map (fun words -> p [ text words ]))
          Page.section "trials" "Trials" "The trials" (fun () -> charts s numbers @ table s numbers)
          Page.section "importance" "Importance" "Which choices matter" (fun () -> importanceOf s numbers)
          Page.section "winner" "Winner" "The winner" (fun () -> winner s numbers)
          Page.section "limits" "Limits" "Limits" (fun () ->
              [ el
                    "div"
                    [ "class", "note" ]
                    [ el "ul" [] (limits s |> List.map (fun note -> el "li" [] [ text note ])) ] ])
          Page.section "cost" "Cost" "Cost" (fun () -> cost s)
          Page.section "again" "Reproduction" "To run it again" (fun () -> reproduction s) ]

/// Writes `report.html` beside `search.json` and answers with its path.
let write (folder: string) : string =
    let path = Path.Combine(folder, "report.html")
    GenDisc.Running.Atomic.writeText path (page (read folder))
    path
