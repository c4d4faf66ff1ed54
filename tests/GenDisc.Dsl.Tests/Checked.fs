/// What a check makes of an experiment, for tests to compare.
module GenDisc.Dsl.Tests.Checked

open Expecto
open GenDisc

/// The plan of an experiment that must be valid, given what is known of data.
let planUsing knowing e =
    match Check.using knowing e with
    | Ok plan -> plan
    | Error problems -> failtest (Explain.problems e problems)

let plan e = planUsing Data.facts e

let problemsUsing knowing e =
    match Check.using knowing e with
    | Ok _ -> []
    | Error problems -> problems

let problems e = problemsUsing Data.facts e

/// The source characters a problem points at.
let under (e: Experiment) (p: Problem) =
    let source =
        match p.Place with
        | Place.Block _ -> (Model.source e.Model).Text
        | Place.Loss -> Loss.show e.Loss
        | Place.Data -> Data.show e.Data
        | Place.Training -> Training.show e.Training
        | Place.Name -> e.Name

    p.Part |> Option.map (fun s -> source.Substring(s.Start, s.Length))

/// Each problem as place, what its caret is under, and what it says.
let toldUsing knowing e =
    [ for p in problemsUsing knowing e do
          p.Place, under e p |> Option.defaultValue "", p.Says ]

let told e = toldUsing Data.facts e
