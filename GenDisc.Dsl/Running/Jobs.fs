/// Plans as jobs: each once, after what it is built on.
module internal GenDisc.Running.Jobs

open System.Collections.Generic
open GenDisc

type Job =
    {
        /// Id of the run.
        Id: string
        Plan: Plan
        /// Short, and unlike that of any other job.
        Label: string
        /// Ids of the jobs that must end first.
        After: string list
        /// A finished run is there.
        Finished: bool
    }

let idOf (plan: Plan) = Experiment.id plan.Experiment

/// What these plans ask for, and what they are built on unless they are finished, in an order that works.
let ofPlans (isFinished: Plan -> bool) (plans: Plan list) : Job list =
    let seen = HashSet<string>()
    let jobs = ResizeArray<Job>()

    let rec add (plan: Plan) =
        let id = idOf plan

        if seen.Add id then
            let finished = isFinished plan
            let inner = if finished then [] else plan.Dependencies
            inner |> List.iter add

            jobs.Add
                { Id = id
                  Plan = plan
                  Label = plan.Experiment.Name
                  After = inner |> List.map idOf |> List.distinct
                  Finished = finished }

    plans |> List.iter add
    let times = jobs |> Seq.countBy _.Label |> Map.ofSeq

    let labelled job =
        let seeded = $"{job.Label} seed {Show.integer job.Plan.Experiment.Seed}"
        if times[job.Label] = 1 then job else { job with Label = seeded }

    let labelled = jobs |> Seq.map labelled |> List.ofSeq
    let times = labelled |> List.countBy _.Label |> Map.ofList

    [ for job in labelled -> if times[job.Label] = 1 then job else { job with Label = job.Id } ]
