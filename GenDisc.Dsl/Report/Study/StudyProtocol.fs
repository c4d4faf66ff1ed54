/// How the rows were trained and compared: data, seeds, training, and the statistics in use.
module internal GenDisc.Reporting.StudyProtocol

open System
open GenDisc.Reporting.Html
open GenDisc.Reporting.Chapter
open GenDisc.Reporting.MathMl
open GenDisc.Reporting.Measures

let private listed numbers =
    numbers |> List.map string<int64> |> Statistics.listed

let private data (study: StudyFolder) =
    let file = study.File

    let counted n what =
        n |> Option.map (fun n -> $"{Number.count n} {what}")

    let parts =
        [ counted file.Training "training examples"
          counted file.Validation "validation examples"
          counted file.Test "test examples" ]
        |> List.choose id

    let named = if file.DataTitle = "" then "The data" else file.DataTitle

    [ prose
          [ strong "Data. "
            text named
            text (if parts.IsEmpty then "." else $": {Statistics.listed parts}.")
            text
                " Counts are those of the first row's first run. All rows are validated and tested on the same examples; with one seed, rows that keep as many labelled examples keep the same ones."
            match file.Kind with
            | "labelCurve" ->
                let counts = file.Rows |> List.choose _.Labels |> List.distinct |> List.sort

                text
                    $" The number of labelled training examples is varied over {Statistics.listed (List.map Number.count counts)}; models that learn without labels keep the rest of the images."
            | _ -> () ]
      prose
          [ strong "Test data. "
            text
                "Within a run no choice rests on test examples: weights, early stopping and calibration use training and validation examples only, generators learn from the training part in use, and the test examples are looked at when training has ended. Rows are then compared by their test figures, as the limits say. Validation examples keep their labels, whatever number of training labels a row has." ] ]

let private seeds (study: StudyFolder) =
    match study.File.Seeds with
    | [] -> []
    | [ one ] ->
        [ prose
              [ strong "Seed. "
                text
                    $"One seed, {one}: initial weights, order of examples, noise and which labelled examples are kept all derive from it. Chance in training is therefore not measured, only chance in the choice of test examples." ] ]
    | many ->
        [ prose
              [ strong "Seeds. "
                text
                    $"{many.Length} seeds, {listed many}, the same for every row: initial weights, order of examples, noise and which labelled examples are kept all derive from the seed, and rows are compared seed by seed." ] ]

let private training (study: StudyFolder) =
    let declared =
        study.Models
        |> List.choose (fun (row, run) ->
            match run |> Option.bind (fun r -> r.Plan |> Option.map (Procedure.optimisation r)) with
            | Some(_ :: _ as words) -> Some(row.Name, words)
            | _ -> None)
        |> List.groupBy (snd >> render)
        |> List.map (fun (_, members) -> List.map fst members, snd members.Head)

    let epochs =
        study.File.Rows
        |> List.filter (fun row -> Double.IsFinite row.Epochs)
        |> List.map _.Epochs
        |> List.distinct

    let equal =
        if study.File.EqualCompute then
            [ prose
                  [ strong "Equal compute. "
                    text
                        "Every row is trained for as many floating-point operations as the dearest one (at its number of labels), what it is built on included, by other numbers of epochs." ] ]
        else
            [ prose
                  [ strong "Compute. "
                    text "Rows are trained as declared, not for equal compute; what each costs is listed in "
                    ref' "tab:cost"
                    text "." ] ]

    [ match declared with
      | [] -> ()
      | [ _, words ] -> prose (strong "Training. " :: words)
      | several ->
          prose [ strong "Training. "; text "The rows are trained as follows." ]

          Block.Prose
              [ el
                    "ul"
                    []
                    [ for names, words in several -> el "li" [] (text (Statistics.listed names + ": ") :: words) ] ]
      match epochs with
      | [] -> ()
      | [ one ] -> said $"Each row runs for {Number.plain one} epochs."
      | several ->
          said $"Rows run for between {Number.plain (List.min several)} and {Number.plain (List.max several)} epochs." ]
    @ equal

let private root children = el "msqrt" [] children

let private bar a =
    el "mover" [ "accent", "true" ] [ a; mo "‾" ]

let private d index = sub (mi "d") (mi index)
let private meanOf = bar (mi "d")
let private n = mi "n"
let private deviation = sub (mi "s") (mi "d")

/// What a row has more than its reference, seed by seed.
let private pairing (m: Measure) =
    Block.Prose
        [ p
              [ text $"Let "
                inlined [ subsup (mi "m") (mi "s") (words "row") ]
                text $" be the test {m.Inside} of a row with seed "
                inlined [ mi "s" ]
                text ". The row is held against the reference through the paired differences" ]
          display
              [ d "s"
                mo "="
                subsup (mi "m") (mi "s") (words "row")
                mo "−"
                subsup (mi "m") (mi "s") (words "ref")
                mo ","
                space
                meanOf
                mo "="
                frac (mn "1") n
                sum "s" n
                d "s"
                mo ","
                space
                sup deviation (mn "2")
                mo "="
                frac (mn "1") (row [ n; mo "−"; mn "1" ])
                sum "s" n
                sup (parens [ d "s"; mo "−"; meanOf ]) (mn "2") ] ]

let private student =
    [ Block.Prose
          [ p
                [ text "The hypothesis of no difference is tested with the paired t-test "
                  cite "student1908"
                  text ", two-sided, and the interval of the difference comes from the same distribution:" ]
            display
                [ mi "t"
                  mo "="
                  frac meanOf (row [ deviation; mo "/"; root [ n ] ])
                  mo ","
                  space
                  meanOf
                  mo "±"
                  sub (mi "t") (row [ n; mo "−"; mn "1"; mo ","; mn "0.975" ])
                  frac deviation (root [ n ])
                  mo ","
                  space
                  sub (mi "d") (mi "z")
                  mo "="
                  frac meanOf deviation ]
            p
                [ text "with "
                  inlined [ n ]
                  text " seeds. "
                  inlined [ sub (mi "d") (mi "z") ]
                  text " is the effect size "
                  cite "cohen1988"
                  text
                      ". Beside it stands the percentile interval of a paired bootstrap that draws seeds with replacement "
                  cite "efron1993"
                  text "." ] ] ]

let private mcnemar =
    [ Block.Prose
          [ p
                [ text
                      "With one seed, the two rows are compared on the test examples that they share by McNemar’s exact test "
                  cite "mcnemar1947"
                  text ": with "
                  inlined [ mi "b" ]
                  text " examples that only the row gets right and "
                  inlined [ mi "c" ]
                  text " that only the reference gets right," ]
            display
                [ mi "p"
                  mo "="
                  name "min"
                  parens
                      [ mn "1"
                        mo ","
                        mn "2"
                        el
                            "munderover"
                            []
                            [ el "mo" [ "largeop", "true" ] [ text "∑" ]
                              el "mrow" [] [ mi "k"; mo "="; mn "0" ]
                              row [ name "min"; mo "("; mi "b"; mo ","; mi "c"; mo ")" ] ]
                        frac
                            (row [ parens [ mi "b"; mo "+"; mi "c" ]; mo "!" ])
                            (row [ mi "k"; mo "!"; parens [ mi "b"; mo "+"; mi "c"; mo "−"; mi "k" ]; mo "!" ])
                        sup (mn "2") (row [ minus; mo "("; mi "b"; mo "+"; mi "c"; mo ")" ]) ] ]
            p
                [ text "The interval of the difference is a percentile bootstrap over the same test examples "
                  cite "efron1993"
                  text "." ] ] ]

let private holm (study: StudyFolder) =
    let family =
        match study.File.Family with
        | Some 1L -> "There is one comparison, so that Holm’s procedure "
        | Some n -> $"The p-values of the {Number.count n} comparisons are corrected together by Holm’s procedure "
        | None -> "The p-values are corrected together by Holm’s procedure "

    let does =
        match study.File.Family with
        | Some 1L -> " leaves its p-value as it is: with the p-values of a study in ascending order, "
        | _ ->
            ", which keeps the chance of any false finding among them at most 5 %: with the p-values in ascending order, "

    Block.Prose
        [ p
              [ text family
                cite "holm1979"
                text does
                inlined [ mi "m" ]
                text " of them," ]
          display
              [ sub (tilde (mi "p")) (row [ mo "("; mi "k"; mo ")" ])
                mo "="
                el "munder" [] [ name "max"; row [ mi "j"; mo "≤"; mi "k" ] ]
                space
                name "min"
                parens
                    [ mn "1"
                      mo ","
                      parens [ mi "m"; mo "−"; mi "j"; mo "+"; mn "1" ]
                      sub (mi "p") (row [ mo "("; mi "j"; mo ")" ]) ] ]
          p
              [ text
                    "A row is called better or worse when its adjusted p-value is below 0.05; otherwise no difference is detected, which is not evidence that there is none." ] ]

let private statistics (study: StudyFolder) =
    let tests =
        study.File.Rows |> List.choose _.Contrast |> List.map _.Test |> List.distinct

    if tests.IsEmpty then
        []
    else
        let m = deciding study

        [ heading "Statistics"
          if List.contains "paired t-test" tests then
              pairing m
              yield! student
          if tests |> List.exists _.StartsWith("McNemar", StringComparison.Ordinal) then
              yield! mcnemar
          holm study ]

let private calibrationError (study: StudyFolder) =
    if study.File.Rows |> List.exists (fun row -> row.Figures.ContainsKey "ece") then
        [ prose
              [ strong "Calibration. "
                text
                    "The expected calibration error (ECE) is the mean distance of accuracy and confidence over bins of the confidence "
                cite "guo2017"
                text "." ] ]
    else
        []

/// The section on the protocol.
let protocol (study: StudyFolder) =
    data study
    @ seeds study
    @ training study
    @ calibrationError study
    @ statistics study
