/// What must hold of a study besides its experiments' own rules.
module internal GenDisc.StudyRules

open System
open GenDisc.Running.Studies

/// What is wrong, and what to do, in the words of the study.
type private Trouble = string * string

let private repeated items =
    items |> List.countBy id |> List.filter (fun (_, n) -> n > 1) |> List.map fst

let private word (study: Study) =
    match study.Kind with
    | StudyKind.Comparison -> "compare"
    | StudyKind.LabelCurve _ -> "labelCurve"
    | StudyKind.Pareto _ -> "pareto"

let private kind (study: Study) : Trouble list =
    match study.Kind with
    | StudyKind.Comparison -> []
    | StudyKind.LabelCurve counts ->
        [ if counts.IsEmpty then
              "at least one number of labels", "write labelCurve [ 100; 1000 ] [ baseline; hybrid ]"
          for n in counts |> List.filter (fun n -> n < 1) do
              $"numbers of labels from 1 up, but got {Show.integer n}", "write labelCurve [ 100; 1000 ] [ … ]"
          for n in repeated counts do
              $"each number of labels once, but got {Show.integer n} again", "drop it" ]
    | StudyKind.Pareto weights ->
        [ for w in weights |> List.filter (fun w -> not (Double.IsFinite w && w >= 0.0)) do
              $"weights that are finite and not negative, but got {Show.number w}", "write another weight"
          for w in repeated weights do
              $"each weight once, but got {Show.number w} again", "drop it" ]

let private rows (study: Study) : Trouble list =
    [ if study.Rows.IsEmpty then
          "at least one experiment",
          (match study.Kind with
           | StudyKind.Pareto _ ->
               "write pareto [ for w in [ 0.0; 0.1 ] do w, { hybrid with Loss = w * elbo + crossEntropy } ]"
           | StudyKind.LabelCurve _ -> "write labelCurve [ 100; 1000 ] [ baseline; hybrid ]"
           | StudyKind.Comparison -> "write compare \"Does it help?\" [ baseline; hybrid ]")
      if not study.Kind.IsPareto then
          for name in study.Rows |> List.map _.Name |> repeated do
              $"rows of different names, but two are called {Show.name name}",
              "give each row a Name of its own: { baseline with Name = \"twin\"; … }" ]

/// Members of an ensemble each draw labelled examples of their own: a row of them sees more labels than it says.
let private ensembles (study: Study) : Trouble list =
    match study.Kind with
    | StudyKind.LabelCurve _ ->
        [ for e in study.Rows do
              if e.Model.Blocks |> List.exists _.IsEnsemble then
                  $"rows that see as many labels as they say, but the members of {Show.name e.Name} each draw their own",
                  "drop it here; compare it where all labels are in use" ]
    | _ -> []

let private seeds (study: Study) : Trouble list =
    [ if study.Seeds.IsEmpty then
          for e in study.Rows do
              if e.Seed <> study.Rows.Head.Seed then
                  $"rows of one seed, but {Show.name e.Name} has {Show.integer e.Seed} and {Show.name study.Rows.Head.Name} {Show.integer study.Rows.Head.Seed}",
                  "name the seeds: |> overSeeds [ 1..5 ]"
      for seed in repeated study.Seeds do
          $"each seed once, but overSeeds got {Show.integer seed} again",
          "a seed gives the same run each time; write another" ]

/// Rows are held against each other on one and the same test part.
let private together (study: Study) : Trouble list =
    match study.Rows with
    | [] -> []
    | first :: others ->
        [ for other in others do
              match EncoderRules.differs first.Data other.Data with
              | Some how ->
                  $"rows that are judged on the same test examples, but {Show.name other.Name} {how} {Show.name first.Name}",
                  "give both the same data: { " + Show.name first.Name + " with … }"
              | None -> () ]

let private metric (study: Study) : Trouble list =
    match study.Metric with
    | Some name when not (List.contains name Wording.order || Wording.isTopK name) ->
        let near =
            Wording.order
            |> List.filter (fun known -> known.Contains(name, StringComparison.OrdinalIgnoreCase))

        let instead =
            if near.IsEmpty then
                "accuracy, crossEntropy, ece, elbo or rmse"
            else
                String.Join(" or ", near)

        [ $"a test figure to judge by, but there is none called {Show.quoted name}", $"judge by {instead}" ]
    | Some "loss" ->
        [ "a figure that means the same in every row, but the loss is each row's own sum",
          "judge by accuracy, crossEntropy, ece, elbo or rmse" ]
    | Some name when (Direction.tryOf name).IsNone ->
        [ $"a figure that is better one way, but {name} is neither better high nor low",
          "judge by accuracy, crossEntropy, ece, elbo or rmse" ]
    | _ -> []

/// Every problem of the study by itself, as text; None where there is none.
let explained (study: Study) : string option =
    let found =
        [ yield! kind study
          yield! rows study
          yield! ensembles study
          yield! seeds study
          yield! together study
          yield! metric study ]

    match found with
    | [] -> None
    | _ ->
        Some(
            String.Join(
                "\n",
                [ $"the study {Show.quoted study.Question} cannot be run:"
                  for expected, hint in found do
                      $"  {word study} expects {expected}"
                      $"  hint: {hint}" ]
            )
        )
