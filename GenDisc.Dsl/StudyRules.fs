/// What must hold of a study besides its experiments' own rules.
module internal GenDisc.StudyRules

open System

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
          "at least one experiment", $"write {word study} … [ baseline; hybrid ]"
      if not study.Kind.IsPareto then
          for name in study.Rows |> List.map _.Name |> repeated do
              $"rows of different names, but two are called {Show.name name}",
              "give each row a Name of its own: { baseline with Name = \"twin\"; … }" ]

let private seeds (study: Study) : Trouble list =
    [ for seed in repeated study.Seeds do
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
    | _ -> []

/// Every problem of the study by itself, as text; None where there is none.
let explained (study: Study) : string option =
    let found =
        [ yield! kind study
          yield! rows study
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
