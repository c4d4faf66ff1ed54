/// What a study cannot say, what it cost, and how to do it again.
module internal GenDisc.Reporting.StudyClosing

open System
open GenDisc.Reporting.Html
open GenDisc.Reporting.Chapter
open GenDisc.Reporting.Measures

/// Limits that hold for any study of this kind, beside its own.
let private general (study: StudyFolder) =
    [ if study.File.OneSeed then
          "One seed is one draw: chance in initial weights and in the order of examples is not measured. Repeat the study over several seeds before relying on it."
      "All figures are for the data, the models and the budget named here; another budget may turn the order of the rows around."
      "Where no difference was detected, a smaller one than these seeds can show may still exist; the interval of the difference says how large." ]

let limits (study: StudyFolder) =
    let listed = study.File.Limits @ general study |> List.distinct
    [ Block.Prose [ el "ul" [] [ for limit in listed -> el "li" [] [ text limit ] ] ] ]

let cost (study: StudyFolder) =
    let runs = study.File.Rows |> List.sumBy _.Runs.Length

    let reused =
        study.File.Rows
        |> List.sumBy (fun row -> row.Runs |> List.filter _.Reused |> List.length)

    let whole =
        if Double.IsFinite study.File.Seconds then
            $" The study took {Number.seconds study.File.Seconds} of wall time in all"
        else
            ""

    let again =
        if whole = "" then
            ""
        elif reused > 0 then
            $"; {reused} of its {runs} runs had been done before and were reused."
        else
            $" for {runs} runs."

    // with runs done before it would be too little
    let energy =
        if Double.IsFinite study.File.Joules && reused = 0 then
            $" The processor took {Number.short (study.File.Joules / 1000.0)} kJ meanwhile, whatever else it did included."
        else
            ""

    [ prose [ ref' "tab:cost"; text $" lists what each row costs.{whole}{again}{energy}" ]
      StudyTables.cost study ]

let private environment (study: StudyFolder) =
    match study.File.Environment with
    | [] -> []
    | entries ->
        [ Block.Prose
              [ el
                    "dl"
                    []
                    (entries
                     |> List.collect (fun (key, value) ->
                         [ el "dt" [] [ text (Appendix.environmentName key) ]
                           el "dd" [] [ text value ] ])) ] ]

let private threads (study: StudyFolder) =
    study.File.Environment
    |> List.tryFind (fst >> (=) "threads")
    |> Option.map (fun (_, n) -> $" --threads {n}")
    |> Option.defaultValue ""

let reproduction (study: StudyFolder) =
    let file = study.File

    let seeds =
        match file.Seeds with
        | [] -> "."
        | [ one ] -> $" with seed {one}."
        | many -> $" with seeds {many |> List.map string<int64> |> Statistics.listed}."

    let script =
        match file.Script with
        | "" -> []
        | script ->
            [ prose
                  [ text "Save the script below as "
                    code "study.fsx"
                    text
                        $" and start it with the command after it; the same number of threads gives the same numbers. It runs{seeds}" ]
              Block.Listing script
              Block.Listing $"gendisc run study.fsx{threads study}" ]

    let source =
        match file.Source.Trim() with
        | "" -> []
        | source when file.Script.Contains(source, StringComparison.Ordinal) -> []
        | source -> [ said "The study as its own source:"; Block.Listing source ]

    script
    @ source
    @ [ if not file.Environment.IsEmpty then
            said "It was run in this environment:" ]
    @ environment study

/// The runs and the declarations of the rows.
let appendix (study: StudyFolder) =
    let declarations =
        study.File.Rows
        |> List.filter (fun row ->
            row.Source <> ""
            && not (study.File.Script.Contains(row.Source, StringComparison.Ordinal)))
        |> List.distinctBy _.Source

    [ yield! StudyTables.figures study
      if study.File.Rows |> List.exists (fun row -> not row.Runs.IsEmpty) then
          StudyTables.runs study
      if not declarations.IsEmpty then
          heading "Declarations"

          for row in declarations do
              prose [ strong row.Title; text ", as it was run with the first seed:" ]
              Block.Listing row.Source
      if not study.Notes.IsEmpty then
          heading "Left out"
          Block.Prose [ el "ul" [] [ for note in study.Notes -> el "li" [] [ text note ] ] ] ]
