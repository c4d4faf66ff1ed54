/// How a diffusion model draws examples, in mathematics.
module internal GenDisc.Reporting.SamplingFormulas

open GenDisc.Reporting.DiffusionFormulas
open GenDisc.Reporting.Html
open GenDisc.Reporting.MathMl

let private dataHat = sub (hat (mi "x")) (mn "0")
let private noiseHat = hat (mi "ε")
let private square a = sup a (mn "2")
let private variance = square (mi "σ")

/// x̂₀ and ε̂ from what the network says.
let private read (d: DiffusionPlan) =
    let from =
        match d.Target with
        | "noise" -> [ frac (row [ at "t"; mo "−"; deviation "t"; noiseHat ]) (signal "t") ]
        | "data" -> [ sub (hat (sub (mi "x") (mn "0"))) (mi "θ") ]
        | _ -> [ signal "t"; at "t"; mo "−"; deviation "t"; hat (mi "v") ]

    let rest =
        match d.Target with
        | "velocity" -> [ deviation "t"; at "t"; mo "+"; signal "t"; hat (mi "v") ]
        | "noise" -> [ sub (hat noise) (mi "θ") ]
        | _ -> [ frac (row [ at "t"; mo "−"; signal "t"; dataHat ]) (deviation "t") ]

    display (
        [ dataHat
          mo "="
          yield! from
          mo ","
          space
          space
          noiseHat
          mo "="
          yield! rest ]
    )

let private ddim (d: DiffusionPlan) =
    let drawn = d.Eta > 0.0

    [ display
          [ at "s"
            mo "="
            signal "s"
            dataHat
            mo "+"
            (if drawn then
                 root [ mn "1"; mo "−"; alphaBar "s"; mo "−"; variance ]
             else
                 deviation "s")
            noiseHat
            if drawn then
                mo "+"
                mi "σ"
                mi "z"
                mo ","
                space
                mi "z"
                mo "∼"
                normal ]
      if drawn then
          display
              [ variance
                mo "="
                if d.Eta <> 1.0 then
                    square (mn (Number.plain d.Eta))
                frac (row [ mn "1"; mo "−"; alphaBar "s" ]) (row [ mn "1"; mo "−"; alphaBar "t" ])
                parens [ mn "1"; mo "−"; frac (alphaBar "t") (alphaBar "s") ] ] ]

/// Lu et al. 2022b, algorithm 2.
let private solver =
    let h = sub (mi "h") (mi "s")
    let lambda index = sub (mi "λ") (mi index)

    [ display
          [ at "s"
            mo "="
            frac (deviation "s") (deviation "t")
            at "t"
            mo "+"
            signal "s"
            parens [ mn "1"; mo "−"; sup (mi "e") (row [ minus; h ]) ]
            mi "D"
            mo ","
            space
            mi "D"
            mo "="
            parens [ mn "1"; mo "+"; frac (mn "1") (row [ mn "2"; mi "r" ]) ]
            dataHat
            mo "−"
            frac (mn "1") (row [ mn "2"; mi "r" ])
            subsup (hat (mi "x")) (mn "0") (words "before") ]
      display
          [ lambda "t"
            mo "="
            log
            frac (signal "t") (deviation "t")
            mo ","
            space
            h
            mo "="
            lambda "s"
            mo "−"
            lambda "t"
            mo ","
            space
            mi "r"
            mo "="
            frac (sub (mi "h") (mi "t")) h ] ]

let private guidance (d: DiffusionPlan) =
    let told label =
        apply noiseHat [ at "t"; mo ","; t; mo ","; label ]

    let nothing = mi "∅"

    display
        [ noiseHat
          mo "="
          told nothing
          mo "+"
          mn (Number.plain d.Guidance)
          parens [ told (mi "y"); mo "−"; told nothing ] ]

/// The sampler in words: `50 steps of DDIM`.
let samplerName (d: DiffusionPlan) =
    let steps = Number.count (int64 (min d.SamplerSteps d.Steps))

    match d.Sampler with
    | "ddpm" -> $"{steps} steps of ancestral sampling (DDPM; Ho et al. 2020)"
    | "dpmSolver" -> $"{steps} steps of the second-order solver DPM-Solver++ 2M (Lu et al. 2022)"
    | _ when d.Eta > 0.0 -> $"{steps} steps of DDIM (Song et al. 2021) with η = {Number.plain d.Eta}"
    | _ -> $"{steps} steps of deterministic DDIM (Song et al. 2021)"

/// The decay of averaged weights, where training declares one.
let private average (plan: PlanFile) =
    plan.Training
    |> Option.map (fun training -> System.Text.RegularExpressions.Regex.Match(training, @"\bema ([0-9.eE+-]+)"))
    |> Option.filter _.Success
    |> Option.map (fun found ->
        let averaged = el "mover" [ "accent", "true" ] [ mi "θ"; mo "‾" ]
        let decay = mn found.Groups[1].Value

        [ el "h3" [] [ text "Averaged weights" ]
          display
              [ averaged
                mo "←"
                decay
                averaged
                mo "+"
                parens [ mn "1"; mo "−"; decay ]
                mi "θ" ]
          p
              [ text
                    "After each step of training the kept weights move a little towards the trained ones; the model that is judged, saved and sampled from has the kept ones." ] ])
    |> Option.defaultValue []

/// How examples are drawn, and which weights do it; nothing of other models.
let sampling (plan: PlanFile) =
    match plan.Diffusion with
    | None -> average plan
    | Some d ->
        [ el "h3" [] [ text "Sampling" ]
          read d
          yield! (if d.Sampler = "dpmSolver" then solver else ddim d)
          if d.Conditional && d.Guidance <> 1.0 then
              guidance d
          p
              [ text "Examples start as noise, "
                inlined [ at "T"; mo "∼"; normal ]
                text $", and go from step "
                inlined [ t ]
                text " to an earlier one "
                inlined [ mi "s" ]
                text $" in {samplerName d}; "
                inlined [ dataHat ]
                text " is what the model takes a noisy example for, on average over all that it may be."
                if d.Latents then
                    text " The trained decoder turns the latent codes that are drawn into examples."
                if d.Conditional && d.Guidance <> 1.0 then
                    text
                        $" Guidance (Ho and Salimans 2021) goes {Number.plain d.Guidance} times the way from the prediction without a class to that with it."
                elif d.Conditional then
                    text " The class that is asked for is told at every step." ]
          yield! average plan ]
