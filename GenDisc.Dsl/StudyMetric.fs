/// The test figure that decides a study.
module internal GenDisc.StudyMetric

/// Whether a model can have a test figure of this name, as far as its declaration tells.
let private canHave (metric: string) (plan: Plan) =
    let blocks: Block list = plan.Experiment.Model.Blocks
    let classifies = plan.Facts.Classes > 0 && List.exists Block.classifies blocks

    let regresses =
        plan.Facts.Targets > 0
        && (List.exists (fun (b: Block) -> b.IsRegressor || b.IsEnsemble) blocks)

    // latents have another likelihood
    let diffuses, tellsClasses =
        List.tryHead blocks |> Option.exists _.IsDiffusion,
        blocks
        |> List.exists (function
            | Block.Diffusion d -> d.Classified.IsSome
            | _ -> false)

    match metric with
    | "accuracy"
    | "balancedAccuracy"
    | "macroF1"
    | "rocAuc"
    | "prAuc"
    | "logLoss"
    | "brier"
    | "ece" -> classifies || tellsClasses
    | "eceAfterScaling"
    | "crossEntropy" -> classifies
    | "judgeAccuracy" -> tellsClasses && plan.Experiment.Data.Judge.IsSome
    | "looksPerExample" -> tellsClasses
    | "bitsPerDim"
    | "diffusionBound"
    | "flowLogLikelihood" -> diffuses
    | "mse"
    | "rmse"
    | "mae"
    | "r2" -> regresses
    | "elbo"
    | "kl" -> blocks |> List.exists (fun (b: Block) -> b.IsVae || b.IsCvae || b.IsM2)
    | "iwae" -> List.exists (fun (b: Block) -> b.IsVae) blocks
    | "logLikelihood" -> List.exists Block.isMachine blocks
    | "denoising" -> List.exists (fun (b: Block) -> b.IsDiffusion) blocks
    | "oodAuroc" -> classifies && plan.Experiment.Data.Against.IsSome
    | "frechet"
    | "mmd"
    | "mmdP"
    | "precision"
    | "recall"
    | "density"
    | "coverage" -> QualityRules.draws plan.Experiment.Model
    | "recognised"
    | "confidence" -> QualityRules.draws plan.Experiment.Model && plan.Experiment.Data.Judge.IsSome
    | _ -> true

/// The figure that decides; where the study names none, the first of these that all rows have. A bound is of another
/// probability in each kind of model, and so decides only between models of one kind.
let of' (study: Study) (rows: (string * Plan) list) =
    let all metric =
        rows |> List.forall (snd >> canHave metric)

    let bounds (b: Block) =
        if b.IsVae then Some "vae"
        elif b.IsCvae then Some "cvae"
        elif b.IsM2 then Some "m2"
        else None

    let kinds =
        rows
        |> List.collect (fun (_, plan) -> plan.Experiment.Model.Blocks |> List.choose bounds)
        |> List.distinct

    // errors of noise, example and velocity, and at other levels of noise, are of other sizes
    let errors =
        rows
        |> List.collect (fun (_, plan) ->
            [ for block in plan.Experiment.Model.Blocks do
                  match block with
                  | Block.Diffusion d ->
                      d.Prediction, d.Schedule, Loss.terms plan.Experiment.Loss |> List.filter _.IsDenoising
                  | _ -> () ])
        |> List.distinct

    let comparable metric =
        all metric
        && (metric <> "elbo" || kinds.Length = 1)
        && (metric <> "denoising" || errors.Length = 1)

    let wrong says hint =
        raise (InvalidExperiment $"the study {Show.quoted study.Question} {says}\nhint: {hint}")

    match study.Metric with
    | Some metric when not (all metric) ->
        let without = rows |> List.find (snd >> canHave metric >> not) |> fst

        wrong
            $"is judged by {metric}, which {Show.name without} has not"
            "judge by a figure that all rows have, or drop the row"
    | Some "elbo" when kinds.Length > 1 ->
        wrong
            "is judged by elbo, but a vae bounds log p(x), a cvae log p(x|y) and an m2 log p(x, y)"
            "compare bounds between models of one kind"
    | Some "denoising" when errors.Length > 1 ->
        wrong
            "is judged by denoising, but its rows predict other things, or at other levels of noise, or weigh them otherwise"
            "compare denoising losses between models of one prediction, schedule and loss"
    | Some metric -> metric
    | None ->
        match
            [ "accuracy"; "rmse"; "elbo"; "logLikelihood"; "denoising" ]
            |> List.tryFind comparable
        with
        | Some metric -> metric
        | None ->
            wrong
                "has rows of different kinds, which no one figure decides between"
                "name one that all have: |> judgedBy \"ece\""
