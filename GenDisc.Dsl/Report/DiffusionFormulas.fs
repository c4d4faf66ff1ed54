/// What a diffusion model learns: how noise is added, and what the network is to say of it.
module internal GenDisc.Reporting.DiffusionFormulas

open GenDisc.Reporting.Html
open GenDisc.Reporting.MathMl
open GenDisc.Reporting.Objective

let t = mi "t"
let at index = sub (mi "x") (mi index)
let noise = mi "ε"

let private barred index =
    sub (el "mover" [ "accent", "true" ] [ mi "α"; mo "‾" ]) index

/// ᾱ of a step.
let alphaBar index = barred (mi index)
let root children = el "msqrt" [] children
/// √ᾱ
let signal index = root [ alphaBar index ]
/// √(1 − ᾱ)
let deviation index = root [ mn "1"; mo "−"; alphaBar index ]
let private square a = sup a (mn "2")

/// x₀, or the latent code that stands for it.
let private clean = sub (mi "x") (mn "0")

let normal = row [ mi "𝒩"; mo "("; mn "0"; mo ","; mi "I"; mo ")" ]

/// What the network predicts: ε, x₀ or v.
let private target (d: DiffusionPlan) =
    match d.Target with
    | "noise" -> noise
    | "data" -> clean
    | _ -> mi "v"

/// The network's prediction with what it is told.
let private predicted (d: DiffusionPlan) =
    apply
        (sub (hat (target d)) (mi "θ"))
        [ at "t"
          mo ","
          t
          if d.Conditional then
              mo ","
              mi "y" ]

let private forward =
    display
        [ at "t"
          mo "="
          signal "t"
          clean
          mo "+"
          deviation "t"
          noise
          mo ","
          space
          noise
          mo "∼"
          normal ]

let private schedule (d: DiffusionPlan) =
    let steps = mn (GenDisc.Show.integer d.Steps)

    if d.Linear then
        let product =
            el
                "munderover"
                []
                [ el "mo" [ "largeop", "true" ] [ text "∏" ]
                  row [ mi "s"; mo "="; mn "1" ]
                  t ]

        let scale = 1000.0 / float d.Steps

        display
            [ alphaBar "t"
              mo "="
              product
              parens [ mn "1"; mo "−"; sub (mi "β") (mi "s") ]
              mo ","
              space
              sub (mi "β") (mi "s")
              mo "="
              words $"{Number.plain (1e-4 * scale)} … {Number.plain (0.02 * scale)}"
              mo ","
              space
              mi "T"
              mo "="
              steps ]
    else
        display
            [ alphaBar "t"
              mo "="
              row [ sup (name "cos") (mn "2"); mo "\u2061" ]
              parens
                  [ frac (row [ frac t (mi "T"); mo "+"; mi "s" ]) (row [ mn "1"; mo "+"; mi "s" ])
                    mo "·"
                    frac (mi "π") (mn "2") ]
              mo ","
              space
              mi "s"
              mo "="
              mn "0.008"
              mo ","
              space
              mi "T"
              mo "="
              steps ]

/// γ of min-SNR weighting, as the loss declares it.
let private limit (plan: PlanFile) =
    plan.Loss
    |> Option.bind (fun loss ->
        let found =
            System.Text.RegularExpressions.Regex.Match(loss, @"\bminSnr ([0-9.eE+-]+)")

        if found.Success then Some found.Groups[1].Value else None)

let private ratio = row [ name "SNR"; parens [ t ] ]

let private loss (plan: PlanFile) (d: DiffusionPlan) =
    let weight =
        match limit plan with
        | None -> []
        | Some gamma ->
            let own =
                match d.Target with
                | "noise" -> ratio
                | "data" -> mn "1"
                | _ -> row [ ratio; mo "+"; mn "1" ]

            let least = row [ name "min"; parens [ ratio; mo ","; mn gamma ] ]
            [ (if d.Target = "data" then least else frac least own) ]

    display
        [ symbol "denoising"
          mo "="
          sub (mi "𝔼") (row [ t; mo ","; noise ])
          brackets (
              weight
              @ [ frac (mn "1") (mi "D")
                  square (row [ mo "‖"; predicted d; mo "−"; target d; mo "‖" ]) ]
          ) ]

/// The term's title, its formulas, and what they and their symbols mean; None where the model is no diffusion model.
let describe (plan: PlanFile) =
    plan.Diffusion
    |> Option.map (fun d ->
        let what =
            if d.Latents then
                "the latent code that the trained encoder gives an example, scaled to unit variance"
            else
                "an example on the model’s own scale, of about unit variance or in [−1, 1]"

        let aim =
            match d.Target with
            | "noise" -> [ text "The network is to tell the noise that was added (Ho et al. 2020)." ]
            | "data" -> [ text "The network is to tell the clean example." ]
            | _ ->
                [ text "The network is to tell the velocity "
                  inlined [ mi "v"; mo "="; signal "t"; noise; mo "−"; deviation "t"; clean ]
                  text
                      " (Salimans and Ho 2022), which asks for the noise where there is little of it and for the example where there is nothing else." ]

        let told =
            if d.Conditional then
                [ text " It is told the class "
                  inlined [ mi "y" ]
                  text
                      " of nine tenths of the training examples, and that it is not told of the others, so that it learns to do without (Ho and Salimans 2021)." ]
            else
                []

        let weighted =
            if (limit plan).IsSome then
                [ text " Errors are weighed by the signal-to-noise ratio "
                  inlined [ ratio; mo "="; frac (alphaBar "t") (row [ mn "1"; mo "−"; alphaBar "t" ]) ]
                  text
                      " where that is below its limit (Hang et al. 2023), as if the network predicted the clean example." ]
            else
                []

        let of' =
            if d.Linear then
                "The variance of the noise grows in a straight line (Ho et al. 2020)."
            else
                "Signal falls along a squared cosine (Nichol and Dhariwal 2021)."

        "Denoising",
        [ forward; schedule d; loss plan d ],
        [ inlined [ clean ]
          text $" is {what}, in "
          inlined [ mi "D" ]
          text " dimensions; at step "
          inlined [ t ]
          text $", drawn evenly for each example, so much of it is left. {of'} " ]
        @ aim
        @ told
        @ weighted
        @ [ text " The loss is a squared error per number and no likelihood." ])
