/// What an energy classifier takes for data, and how its training went.
module internal GenDisc.Running.Energies

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

        let together = Histogram.Together([| for _, values in named -> values |], bins)

        Json.object (
            [ "edges", Json.list (together[0].Edges |> Seq.map Json.number) ]
            @ [ for (name, _), found in Seq.zip named together -> name, Json.list (found.Counts |> Seq.map Json.integer) ]
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
