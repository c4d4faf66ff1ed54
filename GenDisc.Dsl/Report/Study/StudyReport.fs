/// One report about a study, that reads like a chapter of results: a page, and LaTeX source with figures and a
/// bibliography.
module internal GenDisc.Reporting.StudyReport

open System
open System.Globalization
open System.IO
open GenDisc.Reporting.Html
open GenDisc.Reporting.Chapter

let private question (study: StudyFolder) =
    let file = study.File
    let m = Measures.deciding study

    let paired = if file.OneSeed then "on the same test examples" else "seed by seed"

    let answered =
        match file.Kind, file.Rows with
        | "pareto", rows ->
            $"One experiment is trained with {rows.Length} weights of one term of its loss. The weights are held against the first by the test {m.Inside}, and by all figures of the front together."
        | "labelCurve", first :: _ when file.Names.Length > 1 ->
            $"{file.Names.Length} models are held against each other at growing numbers of labelled training examples. What decides is the test {m.Inside}; every other row is compared with “{first.Name}” at the same number of labels."
        | _, first :: _ :: _ ->
            $"What decides is the test {m.Inside}; every other row is compared with “{first.Name}”, {paired}."
        | _ -> $"What decides is the test {m.Inside}."

    [ prose [ el "em" [] [ text file.Question ] ]; said answered ]

let private results (study: StudyFolder) =
    if study.File.Rows.IsEmpty then
        [ said "study.json holds no rows, so there is nothing to show." ]
    else
        let shown =
            [ [ ref' "tab:results" ]
              if study.File.Rows |> List.exists _.Contrast.IsSome then
                  [ ref' "tab:contrasts" ] ]

        let pointer =
            match shown with
            | [ one ] -> one @ [ text " gives the numbers." ]
            | many ->
                List.concat (List.insertAt 1 [ text " and " ] many)
                @ [ text " give the numbers." ]

        // what sums up comes first; each comparison at each number of labels is a list by itself
        let single, summing =
            study.File.Statements
            |> List.partition (fun s -> s.StartsWith("At ", StringComparison.Ordinal))

        (summing |> List.map said)
        @ [ prose pointer; StudyTables.results study ]
        @ StudyTables.contrasts study
        @ StudyFigures.answer study
        @ (if single.IsEmpty then
               []
           else
               [ said "In words:"
                 Block.Prose [ el "ul" [] [ for statement in single -> el "li" [] [ text statement ] ] ] ])

let private sections (study: StudyFolder) =
    [ section "question" "Question" "Question" (fun () -> question study)
      section "methods" "Methods" "Methods" (fun () -> StudyMethods.methods study)
      section "protocol" "Protocol" "Protocol" (fun () -> StudyProtocol.protocol study)
      section "results" "Results" "Results" (fun () -> results study)
      section "robustness" "Robustness" "Robustness" (fun () -> StudyFigures.robustness study)
      section "limits" "Limits" "Limits" (fun () -> StudyClosing.limits study)
      section "cost" "Cost" "Cost" (fun () -> StudyClosing.cost study)
      section "reproduction" "Reproduction" "Reproduction" (fun () -> StudyClosing.reproduction study)
      section "appendix" "Appendix" "Appendix: all figures and runs" (fun () -> StudyClosing.appendix study) ]

let private day (study: StudyFolder) =
    match study.File.Started with
    | Some s ->
        match DateTimeOffset.TryParse(s, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) with
        | true, time -> time.UtcDateTime.ToString("d MMMM yyyy", CultureInfo.InvariantCulture)
        | _ -> s
    | None -> ""

let private header (study: StudyFolder) =
    let file = study.File
    let date = day study

    let kind =
        match file.Kind with
        | "labelCurve" -> "label curve"
        | "pareto" -> "Pareto front"
        | _ -> "comparison"

    el
        "header"
        [ "class", "top" ]
        ([ el
               "p"
               [ "class", "kicker" ]
               [ text (
                     String.Join(
                         " · ",
                         [ $"GenDisc study, {kind}"
                           if date <> "" then
                               date
                           file.Id ]
                     )
                 ) ]
           el "h1" [] [ text file.Question ] ]
         @ (file.Statements
            |> List.truncate 3
            |> List.map (fun said -> el "p" [ "class", "abstract" ] [ text said ])))

/// Throws the exceptions of `ReadStudy.read`, and IOException when a file cannot be written.
let write (folder: string) : string =
    let study = ReadStudy.read folder
    let sections = sections study
    let file = study.File
    let figures = Path.Combine(folder, "figures")
    Directory.CreateDirectory figures |> ignore

    for section in sections do
        for block in section.Blocks do
            match block with
            | Block.Figure figure -> figure.Static |> List.iter (StaticPanel.write figures)
            | _ -> ()

    GenDisc.Running.Atomic.writeText
        (Path.Combine(folder, "report.tex"))
        (LatexDocument.document file.Question (day study) (List.truncate 3 file.Statements) sections)

    GenDisc.Running.Atomic.writeText (Path.Combine(folder, "references.bib")) (References.bibtex (cited sections))

    let path = Path.Combine(folder, "report.html")

    GenDisc.Running.Atomic.writeText
        path
        (Page.html
            $"{file.Question} · GenDisc study"
            (header study)
            "Written by GenDisc from study.json and the run folders beside this one. The page holds everything it shows and opens without a network; links lead to the runs’ own reports."
            (page sections))

    path
