/// What a reader sees first: name, state, headline figures, and what was asked.
module internal GenDisc.Reporting.Opening

open System
open System.Globalization
open GenDisc.Reporting.Html

let private card label value detail =
    div
        "card"
        [ div "label" [ text label ]
          div "value" [ text value ]
          div "detail" [ text detail ] ]

let private parameters (run: RunFolder) =
    match run.Result |> Option.bind _.Parameters, run.Plan with
    | Some n, _ -> Some n
    | None, Some plan when plan.Parameters > 0L -> Some plan.Parameters
    | _ -> None

let private testCount (run: RunFolder) =
    run.Result
    |> Option.bind (fun r -> Map.tryFind "test" r.Counts)
    |> Option.filter (fun n -> n > 0L)

let private accuracyDetail (run: RunFolder) =
    match Metrics.intervalText run "accuracy" with
    | Some range -> $"95 %% interval {range} %%"
    | None -> "share classified correctly"

let private inUnit (run: RunFolder) x =
    match run.TargetUnit with
    | Some unit -> $"{Number.short x} {unit}"
    | None -> Number.short x

let private rmseDetail (run: RunFolder) =
    let unit =
        run.TargetUnit |> Option.map (fun u -> u + ", ") |> Option.defaultValue ""

    match Metrics.intervalText run "rmse" with
    | Some range -> $"{unit}95 %% interval {range}"
    | None -> $"{unit}root mean squared error"

/// Of a Boltzmann machine, beside independent units.
let private logLikelihood (run: RunFolder) own naive =
    let about said =
        run.Boltzmann |> Option.map said |> Option.defaultValue ""

    let kind =
        about (fun m ->
            match m.IsLowerBound, m.Of with
            | true, _ -> ", a lower bound"
            | false, Some n when m.IsFirst -> $", first of {Number.count n} machines"
            | _ -> "")

    card
        "Test log-likelihood"
        (Number.decimals 2 own)
        $"nats per {run.Unit}{kind}{about BoltzmannBanners.ifHolds}; {BoltzmannTables.independent run} {Number.decimals 2 naive}"

let private cards (run: RunFolder) =
    let finite name =
        run.Metric name |> Option.filter Double.IsFinite

    let figures =
        [ match finite "test.accuracy" with
          | Some a -> card "Test accuracy" (Number.percent 2 a) (accuracyDetail run)
          | None -> ()
          match finite "test.elbo" with
          | Some e -> card "Test ELBO" (Number.decimals 2 e) $"nats per {run.Unit}, higher is better"
          | None ->
              match finite "test.reconstruction" with
              | Some r -> card "Test reconstruction" (Number.short r) $"nats per {run.Unit}, lower is better"
              | None -> ()
          match run.Boltzmann |> Option.bind _.Compared with
          | Some(own, naive) -> logLikelihood run own naive
          | None -> ()
          match finite "test.denoising" with
          | Some loss -> card "Test denoising loss" (Number.short loss) "squared error per number, lower is better"
          | None -> ()
          match run.Diffusion |> Option.map (fun d -> d.Checks.Length, d.Failed.Length) with
          | Some(all, failed) when all > 0 ->
              card
                  "Checks of itself"
                  $"{all - failed} of {all}"
                  (if failed = 0 then "passed" else "passed; see Diffusion below")
          | _ -> ()
          match finite "test.rmse", finite "test.mse" with
          | Some r, _ -> card "Test RMSE" (Number.short r) (rmseDetail run)
          | None, Some m -> card "Test squared error" (Number.short m) "mean over targets, lower is better"
          | None, None -> ()
          match finite "test.mase" with
          | Some m -> card "Test MASE" (Number.decimals 3 m) "1 is the naive forecast, lower is better"
          | None -> ()
          match parameters run with
          | Some n ->
              let flops = run.Plan |> Option.map _.Flops |> Option.filter (fun n -> n > 0L)

              card
                  "Parameters"
                  (Number.large n)
                  (match flops with
                   | Some f -> $"{Number.large f} FLOPs per example"
                   | None when run.IsEnsemble -> "of all members"
                   | None -> "all learned")
          | None -> ()
          match run.Result |> Option.bind _.Seconds with
          | Some s when not run.IsEnsemble ->
              let rate =
                  run.Result |> Option.bind _.ExamplesPerSecond |> Option.filter Double.IsFinite

              card
                  "Training time"
                  (Number.seconds s)
                  (match rate with
                   | Some r -> $"{Number.count (int64 r)} examples per second"
                   | None -> "")
          | _ -> () ]

    if figures.IsEmpty then [] else [ div "cards" figures ]

let private banner kind heading message =
    el "div" [ "class", kind; "role", "note" ] [ strong heading; text message ]

let private banners (run: RunFolder) =
    let state =
        match run.Result with
        | None ->
            [ banner
                  "banner bad"
                  "Unfinished. "
                  "This folder holds no readable result.json: the run is still going on, or it was cut off. What there is is shown." ]
        | Some result ->
            let because =
                match result.Message with
                | Some message when message <> "" -> $" Message: {message}"
                | _ -> ""

            match result.Status with
            | "done" -> []
            | "interrupted" ->
                [ banner
                      "banner bad"
                      "Interrupted. "
                      ("The run was stopped before its end; the figures below belong to what was done until then."
                       + because) ]
            | "failed" ->
                [ banner "banner bad" "Failed." (if because = "" then " No reason is recorded." else because) ]
            | other -> [ banner "banner bad" $"Status “{other}”." because ]

    let warnings =
        run.Result
        |> Option.map _.Warnings
        |> Option.defaultValue []
        |> List.filter (fun warning ->
            not (run.Boltzmann.IsSome && MachineWarnings.isOne warning)
            && not (run.Diffusion.IsSome && DiffusionSection.isWarning warning))
        |> List.map (banner "banner" "Warning. ")

    let unreadable = run.Notes |> List.map (banner "banner" "Left out. ")

    state
    @ BoltzmannBanners.warning run
    @ DiffusionSection.warning run
    @ warnings
    @ unreadable

/// From which terms it is trained on.
let private kindOfTerms (run: RunFolder) (plan: PlanFile) =
    let regression =
        if run.Forecast.IsSome then "forecasting model" else "regression model"

    let has name =
        plan.Terms |> List.exists (fun t -> t.Name = name)

    let machine = [ "cd"; "pcd"; "tempering"; "nll"; "energy" ] |> List.exists has

    let generative = has "reconstruction" || has "kl" || has "importance" || machine
    let discriminative = has "crossEntropy" || has "mse"

    match generative, discriminative with
    | _ when has "denoising" -> plan.Diffusion |> Option.map _.Kind |> Option.defaultValue "diffusion model"
    | _ when run.IsEnsemble ->
        if has "crossEntropy" then
            "ensemble of classifiers"
        else
            "ensemble of regression models"
    | true, true -> "hybrid generative–discriminative model"
    | true, false when machine -> "Boltzmann machine"
    | true, false -> if has "kl" || has "importance" then "generative model" else "autoencoder"
    | false, true -> if has "crossEntropy" then "classifier" else regression
    | false, false -> "model"

/// Kind of model.
let private kind (run: RunFolder) plan =
    match run.Boltzmann, run.Energy with
    | Some machine, _ -> machine.Name
    | None, Some _ -> "joint energy-based classifier"
    | None, None -> kindOfTerms run plan

/// The whole run in two sentences.
let private abstract' (run: RunFolder) =
    match run.Plan, run.Result with
    | Some plan, Some result ->
        let finite name =
            run.Metric name |> Option.filter Double.IsFinite

        let epochs n =
            if n = 1 then "one epoch" else $"{n} epochs"

        let training =
            match Map.tryFind "train" result.Counts, result.Epochs with
            | Some n, Some count when n > 0L && count > 0 ->
                $" was trained for {epochs count} on {Number.count n} examples."
            | _ when run.IsEnsemble -> " averages what models trained in runs of their own predict."
            | _ -> " was declared."

        let tested =
            match testCount run with
            | Some n -> $"On {Number.count n} test examples it has never seen, it "
            | None -> "On test data it has never seen, it "

        let findings =
            [ match finite "test.accuracy" with
              | Some a -> $"names the right class for {Number.percent 1 a}{run.OfThem}"
              | None -> ()
              match finite "test.elbo" with
              | Some e -> $"reaches an evidence lower bound of {Number.decimals 1 e} nats per {run.Unit}"
              | None -> ()
              match run.Boltzmann with
              | Some m -> yield! BoltzmannBanners.finding run m
              | None -> ()
              match finite "test.denoising", run.Denoiser with
              | Some loss, Some denoiser ->
                  $"predicts the {denoiser.Target} with a mean squared error of {Number.short loss}"
              | _ -> ()
              match finite "test.rmse", finite "test.mse", run.Regression |> Option.bind ForecastSection.margin with
              | Some r, _, Some("root mean squared error", margin) ->
                  $"predicts with a root mean squared error of {inUnit run r}, {margin}"
              | Some r, _, _ -> $"predicts with a root mean squared error of {inUnit run r}"
              | None, Some m, _ -> $"predicts with a mean squared error of {Number.short m}"
              | None, None, _ -> () ]

        let article = if (kind run plan).StartsWith 'a' then "An " else "A "

        let outcome =
            if findings.IsEmpty then "" else $" {tested}{Statistics.listed findings}."

        [ el
              "p"
              [ "class", "abstract" ]
              [ text $"{article}{kind run plan} with {Number.count plan.Parameters} parameters{training}{outcome}" ] ]
    | _ -> []

let private startedText (run: RunFolder) =
    match run.Result |> Option.bind _.Started with
    | None -> ""
    | Some s ->
        match DateTimeOffset.TryParse(s, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) with
        | true, time ->
            " · "
            + time.UtcDateTime.ToString("d MMMM yyyy, HH:mm", CultureInfo.InvariantCulture)
            + " UTC"
        | _ -> " · " + s

let header (run: RunFolder) =
    let status =
        match run.Result |> Option.map _.Status with
        | Some "done" -> el "span" [ "class", "status done" ] [ text "done" ]
        | Some other -> el "span" [ "class", "status other" ] [ text other ]
        | None -> el "span" [ "class", "status other" ] [ text "unfinished" ]

    el
        "header"
        [ "class", "top" ]
        ([ el "p" [ "class", "kicker" ] [ text ("GenDisc experiment report" + startedText run); status ]
           el "h1" [] [ text run.Name ] ]
         @ abstract' run
         @ banners run
         @ cards run)

/// The declaration, and how to get the same bits again.
let asked (run: RunFolder) =
    match run.Source with
    | None -> []
    | Some source ->
        let threads =
            run.Result
            |> Option.bind (fun r -> r.Environment |> List.tryFind (fst >> (=) "threads"))
            |> Option.map (fun (_, n) -> $" --threads {n}")
            |> Option.defaultValue ""

        [ p
              [ text "This declaration is the whole experiment. Its hash names the run folder "
                code (run.Result |> Option.map _.Id |> Option.defaultValue run.FolderName)
                text ", so the same declaration always leads to the same folder." ]
          Source.highlight source
          p [ text "To reproduce the run, start this in its folder; the same number of threads gives the same bits:" ]
          Source.highlight $"gendisc run experiment.fsx --fresh --runs ..{threads}" ]
