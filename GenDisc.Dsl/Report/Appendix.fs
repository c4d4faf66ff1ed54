/// Timing, environment, data files, and how to read the figures.
module internal GenDisc.Reporting.Appendix

open System
open GenDisc.Reporting.Html

let private definitions entries =
    el
        "dl"
        []
        (entries
         |> List.collect (fun (key, value: string) -> [ el "dt" [] [ text key ]; el "dd" [] [ text value ] ]))

/// The name of an entry of the environment as the report shows it.
let environmentName key =
    match key with
    | "gendisc" -> "GenDisc"
    | "torchSharp" -> "TorchSharp"
    | "libtorch" -> "libtorch"
    | "dotnet" -> "Runtime"
    | "os" -> "Operating system"
    | "cpu" -> "Processor"
    | "threads" -> "Threads"
    | "device" -> "Device"
    | "kernels" -> "Kernels"
    | other -> other

/// How long what took, and where.
let timing (run: RunFolder) (numbers: Numbering) =
    let durations =
        [ match run.Result with
          | Some result ->
              match result.Seconds |> Option.filter Double.IsFinite with
              | Some s -> "Training", Number.seconds s
              | None -> ()

              match result.TotalSeconds |> Option.filter Double.IsFinite with
              | Some s -> "Whole run", Number.seconds s
              | None -> ()

              match result.ExamplesPerSecond |> Option.filter Double.IsFinite with
              | Some rate -> "Speed", $"{Number.count (int64 rate)} training examples per second"
              | None -> ()
          | None -> ()
          match run.Epochs |> List.choose _.Seconds |> List.filter Double.IsFinite with
          | [] -> ()
          | seconds -> "Per epoch", $"{Number.decimals 2 (List.average seconds)} s on average" ]

    let environment =
        run.Result
        |> Option.map _.Environment
        |> Option.defaultValue []
        |> List.map (fun (key, value) -> environmentName key, value)

    let files =
        match run.Result |> Option.map _.Data with
        | Some(_ :: _ as files) ->
            let row (name: string, sha: string, bytes: int64 option) =
                [],
                [ [ text name ]
                  [ text (bytes |> Option.map Number.bytes |> Option.defaultValue "–") ]
                  [ span "hash" sha ] ]

            [ table
                  (numbered
                      (numbers.Table())
                      [ text "Data files that were read; size and SHA-256 of the uncompressed content." ])
                  [ "File", Align.Left; "Size", Align.Right; "SHA-256", Align.Left ]
                  (files |> List.map row) ]
        | _ -> []

    (if durations.IsEmpty && environment.IsEmpty then
         []
     else
         [ definitions (durations @ environment) ])
    @ files

/// What the figures can and cannot say; only what applies to this run.
let reading (run: RunFolder) =
    let has name = run.Metric name |> Option.isSome
    let bernoulli = run.Plan |> Option.bind _.Likelihood |> (=) (Some "bernoulli")

    let notes =
        [ if has "test.elbo" then
              "The ELBO is a lower bound of the log-likelihood, not the log-likelihood itself: a better model never has a worse likelihood than its bound says, but two models whose bounds are close may stand in either order."
          if bernoulli && has "test.elbo" then
              "Pixels between black and white are treated as probabilities. Figures in nats can be compared with other results on grey pixels, but not with results on binarised pixels."
          if has "test.denoising" then
              "The denoising loss is no likelihood, and its best value is not 0. It compares models of the same data, prediction, schedule and weighting only; how good samples are, it does not tell: two models of about the same loss may draw samples that are far from alike."
          if run.Diffusion |> Option.exists (fun d -> not d.Checks.IsEmpty) then
              "The checks of a diffusion model find gross faults. A model that passes them all may still draw too few kinds of examples, or copies of what it was trained on."
          if run.Samples.IsSome && not run.HasEnergy && run.Denoiser.IsNone then
              "Samples show the decoder’s mean. Poor samples beside good reconstructions suggest that the latent codes do not fill the prior."
          if run.Latent |> Option.exists (fun latent -> not latent.Explained.IsEmpty) then
              "The picture of the latent space is a projection. Distances in it are smaller than or equal to those in the full space."
          if run.Boltzmann |> Option.exists (fun m -> m.Likelihood.IsSome) then
              "Log-likelihoods compare only between models of the same data, made binary in the same way; probabilities of binary values and densities of continuous ones are different quantities."
          if run.Energy.IsSome then
              "Energies have no zero: only differences between them mean something, and only within one model."
          if
              run.Forecast.IsSome
              && run.Evaluation |> Option.exists (fun e -> not e.Intervals.IsEmpty)
          then
              "Neighbouring steps of a series do not stand alone, so the bootstrap draws them in blocks as long as a window (Künsch 1989)."
          if has "test.accuracy" || has "test.mse" || has "test.rmse" then
              "One seed is one draw. To compare two models, train each with several seeds and look at the paired differences." ]

    if notes.IsEmpty then
        []
    else
        [ el "div" [ "class", "note" ] [ el "ul" [] (notes |> List.map (fun note -> el "li" [] [ text note ])) ] ]
