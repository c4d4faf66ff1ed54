/// What generators added to the training part, and whether it may be trusted.
module internal GenDisc.Reporting.AugmentationSection

open GenDisc.Reporting.Html

let private countOf (n: int64 option) =
    n |> Option.map Number.count |> Option.defaultValue "–"

let private opening (file: AugmentationFile) =
    let kind (g: GeneratorFile) =
        if g.PerClass then $"{g.Name}, a generator for each class" else g.Name

    let names = file.Generators |> List.map kind |> String.concat "; "

    let unlabelled =
        [ for g in file.Generators do
              match g.Unlabelled with
              | Some n when n > 0L ->
                  $" Of the {countOf g.Training} training examples of {g.Name} it has seen {Number.count n} without their labels."
              | _ -> () ]
        |> String.concat ""

    p
        [ text
              $"{countOf file.Generated} generated examples stand beside {countOf file.Real} real ones in the training part, as many of each class. They come from {names}.{unlabelled} Validation and test hold real examples alone." ]

/// The share with its interval, were the examples independent, and what it says.
let private closer (g: GeneratorFile) =
    match g.Closer, g.Examined with
    | Some share, Some n when n > 0L ->
        let low, high = Statistics.wilson share n

        let says =
            if low > 0.5 then "closer than by chance"
            elif high < 0.5 then "farther than by chance"
            else "no memorisation detected"

        [ text (Number.percent 1 share)
          span "range" $" ({Number.decimals 1 (100.0 * low)}–{Number.decimals 1 (100.0 * high)})" ],
        says
    | _ -> [ text "–" ], "–"

let private distances (n: NearestFile) =
    $"{figureOf Number.short n.Least} / {figureOf Number.short n.Median}"

let private memorisation (file: AugmentationFile) (numbers: Numbering) =
    let row (g: GeneratorFile) =
        let share, says = closer g

        [],
        [ [ text g.Name ]
          [ text (countOf g.Training) ]
          share
          [ text says ]
          [ text (distances g.ToTraining) ]
          [ text (distances g.ToHeldOut) ]
          [ text (Html.share 1 g.Copies) ]
          [ text (countOf g.Exact) ] ]

    let sizes =
        match file.Generators |> List.tryHead with
        | Some g ->
            let held = if g.Against = "" then "held-out" else g.Against

            $" {countOf g.Examined} generated examples are held against {countOf g.Equal} examples of the generator’s training part and as many of the {held} part."
        | None -> ""

    Html.table
        (numbered
            (numbers.Table())
            [ text
                  $"Memorisation.{sizes} Closer: share whose nearest neighbour is a training example rather than a held-out one (Euclidean distance), in brackets the 95 %% interval over generated examples, for the parts as they are; 50 %% where nothing is memorised. More says that the generator fits the examples it knows better than others of the same kind. Distances: least and median. Near copies: share that is as close to a training example of the whole part as only one training example in a hundred is to another; these are repeated rather than drawn." ])
        [ "Generator", Align.Left
          "Trained on", Align.Right
          "Closer", Align.Right
          "Finding", Align.Left
          "To training", Align.Right
          "To held-out", Align.Right
          "Near copies", Align.Right
          "Exact copies", Align.Right ]
        (file.Generators |> List.map row)

let private leaks (file: AugmentationFile) =
    let shared =
        [ for g in file.Generators do
              for s in g.Shared do
                  if s.Known > 0L then
                      $"{Number.count s.Known} of the {Number.count s.Count} {s.Part} examples are, number for number, in the training part of {g.Name} and of this experiment alike" ]

    p
        [ if shared.IsEmpty then
              text
                  "No validation or test example is, number for number, in the training part of a generator: a run with such a leak is refused."
          else
              let found = String.concat "; " shared

              text
                  $"{found}: the data hold them more than once. Figures on these parts flatter every model a little, not only this one." ]

let private balance (run: RunFolder) (file: AugmentationFile) (numbers: Numbering) =
    let total = file.Classes |> List.sumBy _.Asked |> max 1L |> float

    let row i (c: GeneratedClass) =
        [],
        [ [ text (run.ClassName i) ]
          [ text (Number.percent 1 (float c.Asked / total)) ]
          [ text (Number.percent 1 (float c.Told / total)) ]
          [ text (share 1 c.Agreement) ] ]

    Html.table
        (numbered
            (numbers.Table())
            [ text
                  $"Classes of the generated examples: asked for, and as the trained model tells them; they agree on {share 1 file.Agreement}. The model has learnt from these examples with the classes asked for, so that it may agree too readily." ])
        [ "Class", Align.Left
          "Asked for", Align.Right
          "Told", Align.Right
          "Agreement", Align.Right ]
        (file.Classes |> List.mapi row)

let private tstr (run: RunFolder) (file: AugmentationFile) =
    match file.Tstr with
    | Some accuracy ->
        let beside =
            match run.Metric "test.accuracy" with
            | Some all -> $", against {Number.percent 2 all} with the real ones"
            | None -> ""

        p
            [ text
                  $"Train on synthetic, test on real: the same model, trained for as many epochs on the {countOf file.Generated} generated examples alone, tells {Number.percent 2 accuracy} of the test examples right{beside} (Esteban, Hyland and Rätsch 2017)." ]
    | None ->
        let why =
            match file.TstrLeftOut with
            | "ensemble" -> "an ensemble learns nothing of its own"
            | "pretrained" -> "the model has a pretrained part, which has learnt from real examples"
            | _ -> ""

        if why = "" then
            text ""
        else
            p [ text $"Train on synthetic, test on real is left out: {why}." ]

let private pictures (run: RunFolder) (file: AugmentationFile) (numbers: Numbering) =
    [ match run.Generated with
      | Some png ->
          picture
              "Generated examples, class by class"
              png
              (numbered
                  (numbers.Figure())
                  [ text "Generated training examples as they were drawn, none chosen, class by class." ])
      | None -> ()
      match run.Closest with
      | Some png ->
          let last =
              match file.Generators with
              | [ g ] when not g.Closest.IsEmpty ->
                  let all = g.Closest |> List.map Number.short |> String.concat ", "
                  $" Distances: {all}."
              | _ -> ""

          picture
              "Generated examples above the training examples closest to them"
              png
              (numbered
                  (numbers.Figure())
                  [ text
                        $"The generated examples closest to a training example of their generator, each above that example. Were they copies, the two would be alike to the pixel.{last}" ])
      | None -> ()
      if file.Points.Length > 0 then
          ScatterChart.classes
              "figure-generated"
              "Generated examples"
              { Chart.plain Chart.Square with
                  Tools = true }
              ("x₁", "x₂")
              (ScatterChart.byLabel run file.Points file.Labels)
              (numbered (numbers.Figure()) [ text "Generated training examples by the class asked for." ]) ]

let augmentation (run: RunFolder) (numbers: Numbering) =
    match run.Augmentation with
    | Some file when not file.Generators.IsEmpty ->
        [ opening file
          leaks file
          memorisation file numbers
          tstr run file
          if not file.Classes.IsEmpty then
              balance run file numbers
          yield! pictures run file numbers ]
    | _ -> []
