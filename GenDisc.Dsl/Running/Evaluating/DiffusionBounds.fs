/// What a diffusion model tells about the likelihood of test examples.
module internal GenDisc.Running.DiffusionBounds

open System
open GenDisc.Core.Data
open GenDisc.Core.Evaluation.Diffusion
open GenDisc.Core.Models.Diffusion
open GenDisc.Running.Examined
open TorchSharp

/// Test examples, at most.
let private examples = 300

/// Steps of each example.
let private draws = 16

/// Values of a pixel that is stored in a byte.
let private pixelLevels = 256

let private json (found: DiffusionBound) discrete told (flow: float[]) =
    Json.object
        [ "examples", Json.integer (int64 found.Examples)
          "looks", Json.integer (int64 found.Looks)
          "dimensions", Json.integer (int64 found.Dimensions)
          "discrete", Json.integer (if discrete then int64 pixelLevels else 0L)
          "toldClasses", Json.integer (if told then 1L else 0L)
          "nats", Json.number found.Nats
          "natsError", Json.number found.Error
          "bitsPerDim", Json.number found.BitsPerDimension
          "bitsError", Json.number found.BitsError
          "prior", Json.number found.Prior
          "denoising", Json.number found.Denoising
          "decoder", Json.number found.Decoder
          "levels",
          Json.list
              [ for level in found.Levels do
                    Json.object
                        [ "first", Json.integer (int64 level.First)
                          "last", Json.integer (int64 level.Last)
                          "nats", Json.number level.Nats ] ]
          if flow.Length > 0 then
              "flow", Json.number (Array.average flow) ]

let private measure (s: Subject) (attention: Partition.Attention) (model: DiffusionModel) (test: Split) =
    use _scope = torch.NewDisposeScope()
    let rows = (Figures.some examples test).Indices.ToArray()
    use batch = Batches.Gather(test.Data, rows, s.Device)
    let discrete = model.Options.UnitInterval && not test.Data.Pixels.IsEmpty
    let scale = if discrete then 0.0 else model.LogScale()
    let clean = model.ToScale(s.Model.ReadByDiffusion batch.X)
    let labels = model.Told batch.Labels
    use noise = s.Streams.Denoising("bound", s.Device)

    let found =
        VariationalBound.Of(
            model,
            clean,
            labels,
            VariationalBoundOptions(Draws = draws, Levels = (if discrete then pixelLevels else 0), LogScale = scale),
            noise,
            attention.Progress "bounding the likelihood",
            attention.Cancel
        )

    // pixels have no density
    let flow =
        if discrete || found.Dimensions > ProbabilityFlow.MostExact then
            [||]
        else
            use probes = s.Streams.Denoising("flow", s.Device)

            ProbabilityFlow.LogLikelihoods(
                model,
                clean,
                labels,
                ProbabilityFlowOptions(LogScale = scale),
                probes,
                attention.Progress "following the probability flow",
                attention.Cancel
            )

    json found discrete (not (isNull labels)) flow
    |> Json.line
    |> Atomic.writeText (s.File "diffusion-bound.json")

    [ "diffusionBound", found.Nats
      "bitsPerDim", found.BitsPerDimension
      if flow.Length > 0 then
          "flowLogLikelihood", Array.average flow ]

/// Writes `diffusion-bound.json` of a diffusion model of the data themselves; answers with the figures for the summary, none of
/// other models or where it is cancelled.
let write (s: Subject) (attention: Partition.Attention) (test: Split) : Map<string, float> =
    match s.Model.Diffusion with
    | null -> Map.empty
    | _ when s.Model.DiffusesLatents || test.Count = 0 -> Map.empty
    | model when model.Schedule.Steps < 2 -> Map.empty
    | model ->
        s.Model.eval ()

        try
            measure s attention model test |> finite |> Map.ofList
        with :? OperationCanceledException ->
            Map.empty
