/// What is found on test examples beyond the means.
module internal GenDisc.Running.TestFigures

open System
open GenDisc
open GenDisc.Core.Runtime

/// Test figures beyond the means, with the files that the report draws them from.
let write
    (loader: Loader)
    (cancel: Threading.CancellationToken)
    (subject: Examined.Subject)
    (prepared: Prepared)
    validation
    (test: Examined.Examined)
    =
    let data = subject.Plan.Experiment.Data

    let strange =
        data.Against
        |> Option.map (fun other -> other, prepared.Scale(Preparing.strange other (loader.Strangers other)))

    let classes =
        if test.Classes.Labels.Length > 0 then
            Classification.write subject (Classification.Sureness.Trained validation) test
        else
            Map.empty

    let targets =
        if test.Targets.Truth.Count > 0 then
            Regression.write subject prepared.Windows prepared.Exact test
        else
            Map.empty

    let strangers =
        match strange with
        | Some(other, split) when subject.Model.IsClassifier -> Strangers.write subject other split test
        | _ -> Map.empty

    match prepared.Windows with
    | Some windows when subject.Model.IsRegressor -> Forecast.write subject windows test
    | _ -> ()

    let posterior = Posterior.write subject test
    Sequences.write subject prepared.Splits.Train
    Looks.write subject prepared.Splits (CompileTraining.augmenter data)

    // of spins as they were drawn: prepared ones are none
    let physics =
        try
            if data.Prepared.IsEmpty then
                Lattice.write subject cancel prepared.Splits.Test
            else
                Map.empty
        with :? OperationCanceledException ->
            Map.empty

    Energies.write subject prepared.Splits (Option.map snd strange)

    [ test.Figures; classes; targets; strangers; posterior; physics ]
    |> List.map Map.toList
    |> List.concat
    |> Map.ofList
