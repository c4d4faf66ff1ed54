/// What the quality of diffusion's samples costs in steps, and what guidance does to it.
module internal GenDisc.Running.QualityCurves

open System
open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Evaluation.Generative
open GenDisc.Core.Models.Diffusion.Sampling
open GenDisc.Core.Runtime
open GenDisc.Reporting
open GenDisc.Running.Examined
open GenDisc.Running.QualityMeasures

/// Samples of each point of a curve at most.
let private most = 500

let private steps = [ 5; 10; 20; 50 ]
let private weights = [ 0.0; 1.0; 2.0; 4.0 ]

/// Steps by which guidance is looked at.
let private brief = 20

/// The model's own kind of sampler at other numbers of steps; DDPM, which has as many as the schedule, gives way to DDIM.
let private others (own: DiffusionSampler) : string * (int -> DiffusionSampler) =
    match own with
    | :? DpmSolver -> "DPM-Solver++ 2M", (fun n -> DpmSolver n)
    | :? Ddim as d when d.Eta > 0.0 -> $"DDIM, η = {Show.number d.Eta}", (fun n -> Ddim(n, d.Eta))
    | _ -> "DDIM", (fun n -> Ddim(n, 0.0))

/// Passes of the network by a weight of guidance.
let private passes weight =
    if weight = 0.0 || weight = 1.0 then 1 else 2

/// Evenly from all, which may stand class by class.
let private some count (labels: int[]) =
    Array.init count (fun i -> labels[int (int64 i * int64 labels.Length / int64 count)])

/// Fréchet distances to real examples and shares recognised, over steps and over guidance, each of few samples; of a
/// diffusion model alone.
let read (s: Subject) (r: Honesty.Retraining) (space: Space) (real: Recognition) (like: Split) (labels: int[]) =
    match s.Model.Diffusion with
    | null -> []
    | diffusion ->
        let own = diffusion.Options

        let point what (labels: int[]) (sampler: DiffusionSampler) weight =
            let progress share =
                r.Tell(RunEvent.Working($"drawing samples: {what}", share))

            Drawing.diffused s r.Cancel progress "quality/curve" sampler weight labels
            |> Drawing.asSplit like labels
            |> Option.map (fun drawn ->
                use read = space.Read drawn
                FrechetDistance.Of(real.Features, read.Features), Array.average (read.Right labels))

        let curve (kind, (sampler: int -> DiffusionSampler)) (points: (float * string * int * float) list) =
            let looks = points |> List.sumBy (fun (_, _, n, weight) -> n * passes weight)

            let labels =
                some (affordableOf affordable s.Plan (float looks) (min most labels.Length)) labels

            Json.object
                [ "sampler", Json.text kind
                  "samples", Json.integer (int64 labels.Length)
                  "points",
                  Json.list
                      [ for x, what, n, weight in points do
                            match point what labels (sampler n) weight with
                            | Some(frechet, right) ->
                                Json.object
                                    [ "x", Json.number x
                                      "frechet", Json.number frechet
                                      if space.Judge.IsSome && diffusion.IsConditional then
                                          "recognised", Json.number right ]
                            | None -> () ] ]

        let kind = others own.Sampler

        [ match steps |> List.filter (fun n -> n <= diffusion.Schedule.Steps) with
          | []
          | [ _ ] -> ()
          | counts -> "steps", curve kind [ for n in counts -> float n, $"{n} steps", n, own.Guidance ]

          if diffusion.IsConditional then
              let n = min brief diffusion.Schedule.Steps

              let all = own.Guidance :: weights |> List.distinct |> List.sort

              "guidance", curve kind [ for w in all -> w, $"guidance {Show.number w}", n, w ] ]
