/// How good what the model draws is.
module internal GenDisc.Reporting.QualitySection

open System
open GenDisc
open XPlot.Plotly
open GenDisc.Reporting.Html

/// Accuracy below which the features of a judge say little.
let private good = 0.9

let private opening (file: QualityFile) =
    let samples = file.Samples |> Option.map Number.count |> Option.defaultValue "–"

    if file.Judge = "" then
        [ p
              [ text
                    $"How well do samples of the model stand in for examples that it has not seen? {samples} of them are compared with as many test examples, number by number; no classifier takes part." ] ]
    else
        let width = file.Width |> Option.map Number.count |> Option.defaultValue "–"

        let accuracy =
            match file.JudgeAccuracy with
            | Some a -> $" It tells {Number.percent 2 a} of these test examples right."
            | None -> ""

        [ p
              [ text
                    $"How well do samples of the model stand in for examples that it has not seen? {samples} of them are compared with as many test examples by what a judge sees: the classifier {file.Judge}, trained on real examples (run {file.Run}).{accuracy} Compared are the {width} features that its last layer reads; distances hold for this judge alone. They are not Inception FID, and published FIDs are on another scale." ]
          match file.JudgeAccuracy with
          | Some a when a < good ->
              el
                  "div"
                  [ "class", "banner"; "role", "note" ]
                  [ p
                        [ strong "A poor judge. "
                          text
                              $"Below {Number.percent 0 good} right, its features say little about samples: give it more examples, or more epochs." ] ]
          | _ -> ()
          if file.Source <> "" then
              el
                  "details"
                  []
                  [ el "summary" [] [ text "The judge’s own declaration" ]
                    Source.highlight file.Source ] ]

/// What is asked, in words, and where it comes from.
let private asked =
    [ "frechet",
      "Fréchet distance",
      "how far apart the two clouds of features are, by their means and covariances (Heusel et al. 2017)",
      "lower",
      Number.short
      "mmd",
      "Kernel distance",
      "the same without taking the clouds for Gaussian; squared, below 0 by chance (Bińkowski et al. 2018)",
      "lower",
      Number.short
      "mmdP",
      "Permutation test, p",
      "can samples and test examples be told apart at all? Above 0.05: not at this size (Gretton et al. 2012)",
      "above 0.05",
      Number.short
      "precision",
      "Precision",
      "share of samples that look like some test example (Kynkäänniemi et al. 2019)",
      "higher",
      Number.percent 1
      "recall",
      "Recall",
      "share of test examples that some sample looks like: is all of their variety drawn? (the same)",
      "higher",
      Number.percent 1
      "density",
      "Density",
      "as precision, but counting in how many neighbourhoods a sample lies (Naeem et al. 2020)",
      "about 1",
      Number.decimals 3
      "coverage",
      "Coverage",
      "share of test examples whose neighbourhood holds a sample (the same)",
      "higher",
      Number.percent 1 ]

let private bracket (low: string) (high: string) =
    // a dash between negative numbers would read as a sign
    span "range" (if low.StartsWith '−' then $" ({low} to {high})" else $" ({low}–{high})")

let private row (file: QualityFile) (name, title: string, says: string, better, write: float -> string) =
    let cell (m: MeasuredFile) =
        match Map.tryFind name m.Figures with
        | None -> [ text "–" ]
        | Some x ->
            [ text (write x)
              match Map.tryFind name m.Intervals with
              | Some(low, high) -> bracket (write low) (write high)
              | None -> () ]

    [],
    [ [ text title ]
      cell file.Found
      cell file.Reference
      [ text better ]
      [ span "found" says ] ]

/// A share of so many, with its Wilson interval.
let private counted (share: float) (n: int64 option) =
    [ text (Number.percent 1 share)
      match n with
      | Some n when n > 0L ->
          let low, high = Statistics.wilson share n
          bracket (Number.percent 1 low) (Number.percent 1 high)
      | _ -> () ]

/// What a judge tells of samples one by one.
let private verdicts (file: QualityFile) =
    [ match file.Recognised with
      | Some share ->
          [],
          [ [ text "Recognised" ]
            counted share file.Samples
            (match file.JudgeAccuracy with
             | Some a -> counted a file.Samples
             | None -> [ text "–" ])
            [ text "higher" ]
            [ span "found" "share that the judge tells as the class asked for; of test examples, as their own" ] ]
      | None -> ()
      match file.Confidence with
      | Some c ->
          [],
          [ [ text "Confidence" ]
            [ text (Number.percent 1 c)
              match file.ConfidenceInterval with
              | Some(low, high) -> bracket (Number.percent 1 low) (Number.percent 1 high)
              | None -> () ]
            [ text (share 1 file.RealConfidence) ]
            [ text "as real" ]
            [ span "found" "the judge’s mean probability of the class that it tells" ] ]
      | None -> ()
      match file.Synthetic, file.Real with
      | Some fake, Some real ->
          [],
          [ [ text "Train on synthetic, test on real" ]
            counted fake file.Tested
            counted real file.Tested
            [ text "higher" ]
            [ span
                  "found"
                  "test accuracy of the judge’s recipe, trained anew on these samples alone, and on as many real examples (Esteban, Hyland and Rätsch 2017)" ] ]
      | _ -> () ]

let private measures (file: QualityFile) (numbers: Numbering) =
    Html.table
        (numbered
            (numbers.Table())
            [ text
                  "Samples against test examples; beside them, training examples in the place of samples: what a perfect model would show. In brackets 95 % intervals. Neighbourhoods reach to the fifth nearest example." ])
        [ "Quantity", Align.Left
          "Samples", Align.Right
          "Real examples", Align.Right
          "Better", Align.Left
          "What it asks", Align.Left ]
        ((asked |> List.map (row file)) @ verdicts file)

/// Whether near copies were found, in a sentence.
let private copied (file: QualityFile) =
    match file.Closer with
    | Some closer ->
        $" Of the samples {Number.percent 1 closer} are closer to a training than to a held-out example, at parts of one size (50 %% where nothing is memorised); near copies of training examples: {share 1 file.Copies}."
    | None -> ""

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

/// A line with its points, which are few.
let private marked name colour (points: (float * float) list) =
    Scatter(
        x = List.map fst points,
        y = List.map snd points,
        name = name,
        mode = "lines+markers",
        line = Line(color = colour, width = 2.0),
        marker = Marker(color = colour, size = 7.0)
    )
    :> Trace

let private curve id what says (c: QualityCurve) (numbers: Numbering) =
    if c.Frechet.Length < 2 then
        []
    else
        let samples = c.Samples |> Option.map Number.count |> Option.defaultValue "–"
        let sampler = if c.Sampler = "" then "" else $" by {c.Sampler}"

        let one id (title: string) unit colour points =
            Chart.figure
                id
                $"{title} over {what}"
                (Chart.plain Chart.Small)
                [ marked title colour points ]
                (Plot.layout what unit false)
                []

        let caption =
            numbered
                (numbers.Figure())
                [ text
                      $"{says} Each point is of {samples} samples{sampler}; these are fewer than in the table, which makes their Fréchet distance larger." ]

        let frechet =
            one id "Fréchet distance" "Fréchet distance" (Chart.colour 0) c.Frechet

        if c.Recognised.Length < 2 then
            [ Plot.group [ frechet ] caption ]
        else
            let shares = c.Recognised |> List.map (fun (x, y) -> x, 100.0 * y)

            [ Plot.group
                  [ frechet
                    one (id + "-recognised") "Samples recognised" "recognised, %" (Chart.colour 1) shares ]
                  caption ]

/// Whether the model draws, as its rows say.
let private draws (plan: PlanFile) =
    plan.Diffusion.IsSome
    || plan.IsToldClasses
    || plan.Rows
       |> List.exists (fun row ->
           [ "vae "; "rbm "; "classRbm " ]
           |> List.exists (fun word -> row.Block.StartsWith(word, StringComparison.Ordinal)))

/// What to write so that samples of images are compared, where the data have classes.
let private hint (run: RunFolder) =
    match run.Plan with
    | Some plan when plan.Shape.Length = 3 && defaultArg plan.Classes 0 > 1 && draws plan ->
        [ p
              [ text
                    "How good the samples are is not measured: images are compared in the features of a classifier. Name one with the data: "
                code "Data = mnist |> qualityBy (judge mnist)"
                text "." ] ]
    | _ -> []

let quality (run: RunFolder) (numbers: Numbering) =
    match run.Quality with
    | None -> hint run
    | Some file ->
        [ yield! opening file
          measures file numbers
          if file.Classes.Length > 1 then
              balance run file numbers
          match run.Neighbours with
          | Some png ->
              picture
                  "Samples above the training examples nearest to them"
                  png
                  (numbered
                      (numbers.Figure())
                      [ text
                            $"Samples, none chosen, each above the training example nearest to it (Euclidean distance).{copied file}" ])
          | None when file.Closer.IsSome -> p [ text ((copied file).TrimStart()) ]
          | None -> ()
          yield! curve "figure-quality-steps" "steps of sampling" "What fewer steps cost." file.Steps numbers
          yield!
              curve
                  "figure-quality-guidance"
                  "weight of guidance"
                  "What guidance does: at 0 the class is left aside, 1 is the model as trained, more pushes samples towards what sets their class apart, at the price of variety."
                  file.Guidance
                  numbers ]
