/// What an energy classifier takes for data, and how its training went.
module internal GenDisc.Running.Energies

open System
open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Evaluation
open GenDisc.Core.Training.Energy
open GenDisc.Reporting
open GenDisc.Running.Examined

let private bins = 40
let private most = 2000
let private samples = 80
let private extraSteps = 200

let private counts (edges: float[]) (values: float[]) =
    let found = Array.zeroCreate<int64> bins
    let width = (edges[bins] - edges[0]) / float bins

    for value in values do
        if Double.IsFinite value then
            let bin = int ((value - edges[0]) / width) |> max 0 |> min (bins - 1)
            found[bin] <- found[bin] + 1L

    Json.list (found |> Seq.map Json.integer)

/// Writes `energy.json` and, of images, `samples.png`.
let write (s: Subject) (splits: Splits) (outside: Split option) =
    match s.Learner with
    | :? EnergyLearner as learner ->
        let drawn = EnergySamples.Draw(learner.Sampler, 500, extraSteps)

        let of' split =
            EnergySamples.Energies(s.Model, Figures.some most split, s.Device)

        let named =
            [ "train", of' splits.Train
              "test", of' splits.Test
              "samples", EnergySamples.Energies(s.Model, drawn, Array.ofSeq splits.Test.Data.ExampleShape, s.Device)
              match outside with
              | Some split -> "outside", of' split
              | None -> () ]

        let all = named |> List.map snd |> Array.concat |> Array.filter Double.IsFinite
        let low, high = if all.Length = 0 then 0.0, 1.0 else Array.min all, Array.max all
        let width = max 1e-9 ((high - low) / float bins)
        let edges = [| for i in 0..bins -> low + float i * width |]

        Json.object (
            [ "edges", Json.list (edges |> Seq.map Json.number) ]
            @ [ for name, values in named -> name, counts edges values ]
            @ [ "history",
                Json.list
                    [ for point in learner.History ->
                          Json.list [ Json.integer point.Step; Json.number point.Data; Json.number point.Samples ] ]
                "remedies",
                Json.list
                    [ for remedy in learner.Remedies ->
                          Json.object
                              [ "epoch", Json.integer remedy.Epoch
                                "step", Json.integer remedy.Step
                                "what", Json.text remedy.What
                                "why", Json.text remedy.Why ] ]
                "sgldSteps", Json.integer learner.Sampler.Steps ]
        )
        |> Json.line
        |> Atomic.writeText (s.File "energy.json")

        match List.ofSeq splits.Test.Data.ExampleShape with
        | [ 1 | 3 as c; h; w ] -> Mosaic.write (s.File "samples.png") 16 (c, h, w) (Array.truncate samples drawn)
        | _ -> ()
    | _ -> ()
