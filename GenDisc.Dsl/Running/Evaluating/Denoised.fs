/// A trained diffusion model looked at: checks of itself, samples, and the way from noise to them.
module internal GenDisc.Running.Denoised

open System
open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Evaluation.Diffusion
open GenDisc.Core.Models.Diffusion
open GenDisc.Core.Runtime
open GenDisc.Running.Examined
open TorchSharp

let private ranges = 20
/// Examples that losses are measured on, and those that samples are compared with.
let private measured = 200
let private compared = 500
let private columns = 10
let private mostClasses = 20
let private planePoints = 1000
let private drawnOtherwise = 200
let private filmed = 10
let private filmedPoints = 300
let private shownSequences = 6

let private known (split: Split) rows =
    split.Data.Classes > 0
    && rows |> Array.forall (fun i -> split.Data.Labels.Span[i] >= 0)

/// Examples as they are, as the model reads them, and their rows in the data.
let private read (s: Subject) count (split: Split) =
    let rows = (Figures.some count split).Indices.ToArray()
    use batch = Batches.Gather(split.Data, rows, s.Device)
    batch.X.clone (), s.Model.ReadByDiffusion(batch.X).clone(), rows

let private labelsOf (s: Subject) (classes: int seq) =
    torch.tensor (classes |> Seq.map int64 |> Array.ofSeq, device = s.Device)

/// Classes that samples are drawn of, in the order in which they stand; none where the model is not told any.
let private asked (s: Subject) (model: DiffusionModel) (test: Split) =
    let classes = min mostClasses model.Options.Classes

    match s.Plan.Facts.Shape with
    | Vector 2 ->
        let rows = (Figures.some planePoints test).Indices.ToArray()

        if model.IsConditional && known test rows then
            rows.Length, Some [ for i in rows -> test.Data.Labels.Span[i] ]
        else
            rows.Length, (if model.IsConditional then Some [ for i in rows -> i % classes ] else None)
    | Image _ when model.IsConditional ->
        classes * columns,
        Some
            [ for label in 0 .. classes - 1 do
                  yield! Seq.replicate columns label ]
    | Image _ -> 8 * columns, None
    | _ when model.IsConditional -> drawnOtherwise, Some [ for i in 0 .. drawnOtherwise - 1 -> i % classes ]
    | _ -> drawnOtherwise, None

let private measure
    (s: Subject)
    (model: DiffusionModel)
    (splits: Splits)
    averaging
    (drawn: torch.Tensor)
    (seen: torch.Tensor)
    =
    use _scope = torch.NewDisposeScope()
    let held = if splits.Validation.Count > 0 then splits.Validation else splits.Test
    let _, clean, rows = read s measured held

    let own: torch.Tensor | null =
        if held.Data.Classes > 0 then
            labelsOf s [ for i in rows -> held.Data.Labels.Span[i] ]
        else
            null

    let labels = model.Told own
    let real, readReal, _ = read s compared splits.Train
    use forLevels = s.Streams.Denoising("levels", s.Device)
    use forTime = s.Streams.Denoising("time", s.Device)
    use forClass = s.Streams.Denoising("class", s.Device)
    use forStructure = s.Streams.Denoising("structure", s.Device)

    let ofClass =
        if model.Options.Classes > 1 && known held rows then
            Some(Sensitivities.ToClass(model, clean, nonNull own, forClass))
        else
            None

    let structured =
        if seen.isfinite().all().ToBoolean() && real.shape[0] >= 4L then
            Some(SampleStructure.Of(seen, real, forStructure))
        else
            None

    { DenoisedChecks.Levels = List.ofSeq (NoiseLevels.Of(model, clean, labels, ranges, forLevels))
      DenoisedChecks.Time = Sensitivities.ToTime(model, clean, labels, forTime)
      DenoisedChecks.Class = ofClass
      DenoisedChecks.Range = SampleRange.Of(drawn, readReal, model.Options.UnitInterval)
      DenoisedChecks.OfLatents = s.Model.DiffusesLatents
      DenoisedChecks.Structure = structured
      DenoisedChecks.Averaging = averaging }

let private lines features (row: float32[]) =
    Json.list
        [ for f in 0 .. features - 1 do
              Json.list
                  [ for values in Array.chunkBySize features row do
                        Json.number (Math.Round(float values[f], 4)) ] ]

/// Writes samples as far as they can be shown; what of them belongs into `denoising.json`.
let private samples (s: Subject) (test: Split) classes (seen: torch.Tensor) =
    match s.Plan.Facts.Shape with
    | Image((1 | 3) as c, h, w) ->
        Reporting.Mosaic.write (s.File "samples.png") columns (c, h, w) (DenoisedFilm.rows seen)
        []
    | Vector 2 ->
        let shown = Figures.some planePoints test
        let data, _, rows = read s planePoints test

        let labels =
            if known test rows then
                [ for i in shown.Indices.ToArray() -> test.Data.Labels.Span[i] ]
            else
                []

        Json.object
            [ "data", Figures.points (DenoisedFilm.rows data)
              "labels", Figures.labels labels
              "samples", Figures.points (DenoisedFilm.rows seen)
              "sampleLabels", Figures.labels (Option.defaultValue [] classes) ]
        |> Json.line
        |> Atomic.writeText (s.File "plane.json")

        []
    | Sequence(_, features) ->
        let data, _, _ = read s shownSequences test

        let shown (batch: torch.Tensor) =
            DenoisedFilm.rows batch
            |> Seq.truncate shownSequences
            |> Seq.map (lines features)
            |> Json.list

        [ "sequences", Json.object [ "real", shown data; "drawn", shown seen ] ]
    | _ -> []

let private film (s: Subject) (model: DiffusionModel) (splits: Splits) tell cancel =
    let record count =
        let labels: torch.Tensor | null =
            if model.IsConditional then
                labelsOf s [ for i in 0 .. count - 1 -> i % model.Options.Classes ]
            else
                null

        DenoisedFilm.record s model labels count tell cancel

    let data count =
        let x, _, _ = read s count splits.Train
        DenoisedFilm.rows x

    match s.Plan.Facts.Shape with
    | Image((1 | 3) as c, h, w) -> DenoisedFilm.images s (c, h, w) (record filmed)
    | Vector 2 -> DenoisedFilm.points s (data filmedPoints) (record filmedPoints)
    | Sequence(_, features) -> DenoisedFilm.curves s features (data shownSequences) (record filmed)
    | _ -> [||]

/// Writes `denoising.json`, `samples.png` or `plane.json`, `trajectory.png` and `film.png`, and warns of each check that
/// fails. Nothing without a diffusion model.
let write (s: Subject) (attention: Partition.Attention) (splits: Splits) (averaging: DenoisedChecks.Averaging option) =
    match s.Model.Diffusion with
    | null -> ()
    | model ->
        try
            use _scope = torch.NewDisposeScope()
            use _inference = torch.no_grad ()
            s.Model.eval ()
            let count, classes = asked s model splits.Test
            let labels: torch.Tensor | null = classes |> Option.map (labelsOf s) |> Option.toObj
            use draws = s.Streams.Denoising("samples", s.Device)

            let drawn =
                model.Sample(count, labels, draws, null, attention.Progress "drawing samples", attention.Cancel)

            let seen = s.Model.FromDiffusion drawn
            let found = measure s model splits averaging drawn seen
            let checks = DenoisedChecks.judge found

            for check in checks do
                if not check.Passed then
                    attention.Warn(DenoisedChecks.warning check)

            let shown = samples s splits.Test classes seen

            let moments =
                film s model splits (attention.Progress "drawing the way from noise") attention.Cancel

            DenoisedChecks.json found checks
            @ [ "steps", Json.integer (int64 model.Schedule.Steps)
                "examples", Json.integer (int64 measured)
                "samples", Json.integer (int64 count)
                "classes", Json.integer (int64 (min mostClasses model.Options.Classes))
                "latents", Json.truth s.Model.DiffusesLatents
                "moments", Json.list (moments |> Seq.map (int64 >> Json.integer)) ]
            @ shown
            |> Json.object
            |> Json.line
            |> Atomic.writeText (s.File "denoising.json")
        with
        | :? UserError ->
            // the run and its figures stay; the check that fails is named
            let check = DenoisedChecks.notFinite
            attention.Warn(DenoisedChecks.warning check)

            [ "checks", Json.list [ DenoisedChecks.told check ] ]
            |> Json.object
            |> Json.line
            |> Atomic.writeText (s.File "denoising.json")
        | :? OperationCanceledException -> attention.Warn "the diffusion model was not checked: the run was interrupted"
