/// How good what the model draws is.
module internal GenDisc.Reporting.QualitySection

open GenDisc
open XPlot.Plotly
open GenDisc.Reporting.Html

let private opening (file: QualityFile) =
    let samples = file.Samples |> Option.map Number.count |> Option.defaultValue "–"

    if file.Judge = "" then
        p
            [ text
                  $"{samples} samples against as many test examples, number by number. The permutation test asks whether the two can be told apart: p above 0.05 says that they cannot at this size." ]
    else
        let accuracy =
            match file.JudgeAccuracy with
            | Some a -> $" The judge tells {Number.percent 2 a} of the test examples right."
            | None -> ""

        p
            [ text
                  $"{samples} samples against as many test examples, in the {figureOf (float >> Number.short) (file.Width |> Option.map float)} features that the last layer of {file.Judge} (run {file.Run}) reads.{accuracy} The Fréchet distance is one in the features of {file.Judge}; this is not Inception FID and cannot be compared with published FIDs." ]

let private row (file: QualityFile) (name, title, better, write) =
    let cell (m: MeasuredFile) =
        match Map.tryFind name m.Figures with
        | None -> [ text "–" ]
        | Some x ->
            [ text (write x)
              match Map.tryFind name m.Intervals with
              | Some(low, high) -> span "range" $" ({write low}–{write high})"
              | None -> () ]

    [],
    [ [ text title ]
      cell file.Found
      cell file.Reference
      [ span "range" better ] ]

let private measures (file: QualityFile) (numbers: Numbering) =
    let percent = Number.percent 1

    Html.table
        (numbered
            (numbers.Table())
            [ text
                  "Samples, and in their place as many training examples, against test examples: the second column is what a perfect model would show. In brackets 95 % intervals. Kernel distance: squared, under a cubic kernel, unbiased and so below 0 by chance (Bińkowski et al. 2018). Precision: share of samples within the reach of test examples; recall: share of test examples within the reach of samples (Kynkäänniemi et al. 2019); density and coverage: Naeem et al. 2020; all with 5 neighbours." ])
        [ "Quantity", Align.Left
          "Samples", Align.Right
          "Real examples", Align.Right
          "better", Align.Right ]
        ([ "frechet", "Fréchet distance (Heusel et al. 2017)", "lower", Number.short
           "mmd", "Kernel distance", "lower", Number.short
           "mmdP", "Permutation test, p", "higher", Number.short
           "precision", "Precision", "higher", percent
           "recall", "Recall", "higher", percent
           "density", "Density", "about 1", Number.decimals 3
           "coverage", "Coverage", "higher", percent ]
         |> List.map (row file))

let private sentences (file: QualityFile) =
    [ match file.Recognised, file.Confidence with
      | Some share, confidence ->
          let sure =
              confidence
              |> Option.map (fun c -> $", with a mean confidence of {Number.percent 1 c}")
              |> Option.defaultValue ""

          p [ text $"The judge tells {Number.percent 1 share} of the samples as the class asked for{sure}." ]
      | None, Some c -> p [ text $"The judge’s mean confidence in samples is {Number.percent 1 c}." ]
      | None, None -> ()
      match file.Synthetic, file.Real with
      | Some fake, Some real ->
          p
              [ text
                    $"Train on synthetic, test on real: the judge’s own recipe on these samples alone tells {Number.percent 2 fake} of the test examples right; on as many real ones {Number.percent 2 real} (Esteban, Hyland and Rätsch 2017)." ]
      | _ -> ()
      match file.Closer with
      | Some closer ->
          p
              [ text
                    $"Of the samples {Number.percent 1 closer} are closer to a training than to a held-out example, at parts of one size (50 %% where nothing is memorised); near copies: {share 1 file.Copies}." ]
      | None -> () ]

let private balance (run: RunFolder) (file: QualityFile) (numbers: Numbering) =
    let total side =
        file.Classes |> List.sumBy side |> max 1L |> float

    let bars name colour (side: int64 * int64 -> int64) =
        let heights =
            file.Classes |> List.map (fun c -> 100.0 * float (side c) / total side)

        let names = file.Classes |> List.mapi (fun i _ -> run.ClassName i |> escape)
        Bar(x = names, y = heights, name = name, marker = Marker(color = colour)) :> Trace

    let test =
        file.BalanceP
        |> Option.map (fun p -> $" χ² test of equal shares: p = {Number.short p}.")
        |> Option.defaultValue ""

    Chart.figure
        "figure-class-balance"
        "Classes that the judge tells in samples and test examples"
        (Chart.plain Chart.Small)
        [ bars "samples" (Chart.colour 0) fst
          bars "test examples" (Chart.colour 1) snd ]
        (Plot.layout "class" "%" true)
        (numbered (numbers.Figure()) [ text $"Classes as the judge tells them.{test}" ])

let private curve id what (c: QualityCurve) (numbers: Numbering) =
    if c.Frechet.Length < 2 then
        []
    else
        let samples = c.Samples |> Option.map Number.count |> Option.defaultValue "–"

        [ Chart.figure
              id
              $"Fréchet distance over {what}"
              (Chart.plain Chart.Small)
              [ Plot.line "Fréchet distance" (Chart.colour 0) "solid" 1.0 (Array.ofList c.Frechet) ]
              (Plot.layout what "Fréchet distance" false)
              (numbered
                  (numbers.Figure())
                  [ text
                        $"Fréchet distance over {what}, each of {samples} samples: fewer than in the table, which makes it larger." ]) ]

let quality (run: RunFolder) (numbers: Numbering) =
    match run.Quality with
    | None -> []
    | Some file ->
        [ opening file
          measures file numbers
          yield! sentences file
          if file.Classes.Length > 1 then
              balance run file numbers
          match run.Neighbours with
          | Some png ->
              picture
                  "Samples above the training examples nearest to them"
                  png
                  (numbered
                      (numbers.Figure())
                      [ text "Samples, none chosen, each above the training example nearest to it (Euclidean distance)." ])
          | None -> ()
          yield! curve "figure-quality-steps" "steps of sampling" file.Steps numbers
          yield! curve "figure-quality-guidance" "weight of guidance" file.Guidance numbers ]
