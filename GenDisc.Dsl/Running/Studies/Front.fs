/// The Pareto front of a study's rows.
module internal GenDisc.Running.Studies.Front

open GenDisc
open GenDisc.Core.Evaluation.Comparisons

/// Figures that a front is drawn over, of those that all rows have.
let private figures =
    [ "accuracy"; "elbo"; "logLikelihood"; "ece"; "oodAuroc"; "rmse" ]

/// The figures of the front, and the rows with those on it marked.
let mark (rows: StudyRow list) : string list * StudyRow list =
    let shared =
        figures
        |> List.filter (fun name -> rows |> List.forall (fun row -> row[name].Count > 0))

    if shared.IsEmpty then
        [], rows
    else

        let points =
            [| for row in rows do
                   [| for name in shared do
                          row[name].Mean |] |]

        let directions =
            [| for name in shared do
                   Direction.higherIsBetter name |]

        shared,
        List.map2
            (fun (row: StudyRow) on -> { row with OnFront = on })
            rows
            (List.ofArray (ParetoFront.Of(points, directions)))
