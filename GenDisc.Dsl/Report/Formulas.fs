/// The terms of a run's loss and the bound they make, from plan.json.
module internal GenDisc.Reporting.Formulas

open System
open GenDisc.Reporting.Html
open GenDisc.Reporting.MathMl
open GenDisc.Reporting.Objective

let private x = mi "x"
let private z = mi "z"

/// q(z|x), with the class where it is told.
let private posterior (plan: PlanFile) =
    if plan.IsToldClasses then
        ClassFormulas.posterior
    else
        row [ mi "q"; mo "("; z; mo "∣"; x; mo ")" ]

let private prior = row [ mi "p"; mo "("; z; mo ")" ]

let private likelihood (plan: PlanFile) =
    if plan.IsToldClasses then
        ClassFormulas.likelihood
    else
        row [ mi "p"; mo "("; x; mo "∣"; z; mo ")" ]

let private expectation plan body =
    row [ sub (mi "𝔼") (posterior plan); brackets body ]

let private xd = sub x (mi "d")
let private xhat = sub (hat x) (mi "d")
let private half = frac (mn "1") (mn "2")

let private dimensions (plan: PlanFile) =
    match plan.Shape with
    | [] -> mi "D"
    | sizes -> mn (GenDisc.Show.integer (List.fold (*) 1 sizes))

let private square a = sup a (mn "2")

/// −E_q[log p(x|z)], written out for the likelihood in use. Without a posterior there is nothing to average over.
let private reconstruction (plan: PlanFile) variational =
    let total = sum "d" (dimensions plan)

    let sign, body =
        match plan.Likelihood with
        | Some "gaussian" ->
            [],
            [ total
              parens
                  [ frac (square (parens [ xd; mo "−"; xhat ])) (row [ mn "2"; square (mi "σ") ])
                    mo "+"
                    half
                    log
                    parens [ mn "2"; mi "π"; square (mi "σ") ] ] ]
        | _ ->
            [ minus ],
            [ total
              parens
                  [ xd
                    log
                    xhat
                    mo "+"
                    parens [ mn "1"; mo "−"; xd ]
                    log
                    parens [ mn "1"; mo "−"; xhat ] ] ]

    let formula = if variational then sign @ [ expectation plan body ] else sign @ body
    [ display ([ symbol "reconstruction"; mo "=" ] @ formula) ]

let private kl (plan: PlanFile) =
    let squared symbol = subsup (mi symbol) (mi "j") (mn "2")
    let mu, sigma = squared "μ", squared "σ"

    let last =
        plan.Latent
        |> Option.map (GenDisc.Show.integer >> mn)
        |> Option.defaultValue (mi "J")

    [ display
          [ symbol "kl"
            mo "="
            name "KL"
            parens [ posterior plan; mo "∥"; prior ]
            mo "="
            half
            sum "j" last
            parens [ mu; mo "+"; sigma; mo "−"; log; sigma; mo "−"; mn "1" ] ] ]

/// −log (1/k) Σ w_i.
let private importance =
    let zi = sub z (mi "i")

    [ display
          [ symbol "importance"
            mo "="
            minus
            log
            frac (mn "1") (mi "k")
            sum "i" (mi "k")
            frac (row [ mi "p"; mo "("; x; mo ","; zi; mo ")" ]) (row [ mi "q"; mo "("; zi; mo "∣"; x; mo ")" ]) ] ]

let private crossEntropy (plan: PlanFile) =
    let last =
        plan.Classes
        |> Option.filter (fun n -> n > 0)
        |> Option.map (GenDisc.Show.integer >> mn)

    let exp index =
        row [ name "exp"; space; sub (mi "a") (mi index) ]

    [ display
          [ symbol "crossEntropy"
            mo "="
            minus
            log
            row [ mi "p"; mo "("; mi "y"; mo "∣"; x; mo ")" ]
            mo "="
            minus
            log
            frac (exp "y") (row [ sum "k" (last |> Option.defaultValue (mi "K")); exp "k" ]) ] ]

let private mse =
    let k = mi "k"
    let difference = parens [ sub (hat (mi "y")) k; mo "−"; sub (mi "y") k ]

    [ display
          [ symbol "mse"
            mo "="
            frac (mn "1") (mi "K")
            sum "k" (mi "K")
            square difference ] ]

let private sparsity (plan: PlanFile) =
    let last =
        plan.Latent
        |> Option.map (GenDisc.Show.integer >> mn)
        |> Option.defaultValue (mi "J")

    [ display [ symbol "sparsity"; mo "="; sum "j" last; mo "|"; sub z (mi "j"); mo "|" ] ]

/// Each term in use: its formula, and what it and its symbols mean.
let terms (plan: PlanFile) (perUnit: string) =
    let variational = plan.Terms |> List.exists (fun t -> t.Name = "kl")

    let describe (term: PlanTerm) =
        match term.Name with
        | "reconstruction" ->
            let symbols =
                match plan.Likelihood with
                | Some "gaussian" ->
                    [ inlined [ xhat ]
                      text " is the mean that the decoder gives dimension "
                      inlined [ mi "d" ]
                      text ", and "
                      inlined [ square (mi "σ") ]
                      text " one learned variance shared by all dimensions. " ]
                | _ ->
                    [ inlined [ xhat ]
                      text " is the probability that the decoder gives pixel "
                      inlined [ mi "d" ]
                      text "; grey values "
                      inlined [ xd ]
                      text " between 0 and 1 count as probabilities themselves. " ]

            let draws =
                if variational then
                    [ text "The expectation is estimated from draws "
                      inlined
                          [ z
                            mo "="
                            mi "μ"
                            mo "+"
                            mi "σ"
                            mo "⊙"
                            mi "ε"
                            mo ","
                            space
                            mi "ε"
                            mo "∼"
                            mi "𝒩"
                            mo "("
                            mn "0"
                            mo ","
                            mi "I"
                            mo ")" ]
                      text ", so that gradients reach the encoder." ]
                else
                    []

            Some(
                "Reconstruction",
                reconstruction plan variational,
                [ text $"How many nats it takes to describe the {perUnit} from its latent code. " ]
                @ symbols
                @ draws
            )
        | "kl" ->
            Some(
                "Kullback–Leibler divergence",
                kl plan,
                [ text "How far the encoder’s Gaussian "
                  inlined [ posterior plan ]
                  text ", with means "
                  inlined [ sub (mi "μ") (mi "j") ]
                  text " and variances "
                  inlined [ subsup (mi "σ") (mi "j") (mn "2") ]
                  text ", lies from the prior "
                  inlined [ prior; mo "="; mi "𝒩"; mo "("; mn "0"; mo ","; mi "I"; mo ")" ]
                  text $", in nats per {perUnit}; computed exactly, never negative." ]
            )
        | "importance" ->
            Some(
                "Importance-weighted loss",
                importance,
                [ text "The logarithm of the mean weight of draws "
                  inlined [ sub z (mi "i") ]
                  text
                      $" from the encoder’s Gaussian, in nats per {perUnit}: from one draw the negative ELBO, from more of them closer to "
                  inlined [ minus; log; row [ mi "p"; mo "("; x; mo ")" ] ]
                  text " (Burda et al. 2016)." ]
            )
        | "crossEntropy" ->
            Some(
                "Cross-entropy",
                crossEntropy plan,
                [ text "How surprised the classifier is by the true class "
                  inlined [ mi "y" ]
                  text ", in nats; "
                  inlined [ sub (mi "a") (mi "k") ]
                  text " is its score (logit) for class "
                  inlined [ mi "k" ]
                  text ". Guessing blindly costs log K nats for K classes"
                  text (
                      match plan.Classes with
                      | Some n when n > 1 -> $", here {Number.decimals 3 (Math.Log(float n))}."
                      | _ -> "."
                  ) ]
            )
        | "mse" ->
            Some(
                "Mean squared error",
                mse,
                [ text "The squared distance between prediction "
                  inlined [ hat (mi "y") ]
                  text " and target "
                  inlined [ mi "y" ]
                  text ", averaged over the target’s dimensions "
                  inlined [ mi "K" ]
                  text "." ]
            )
        | "sparsity" ->
            Some(
                "Sparsity",
                sparsity plan,
                [ text "The sizes of the entries "
                  inlined [ sub z (mi "j") ]
                  text
                      " of the code, summed up: the penalty pulls each towards zero with the same force, however small it is, so that few stay in use." ]
            )
        | "denoising" -> DiffusionFormulas.describe plan
        | _ -> MachineFormulas.describe plan term

    plan.Terms
    |> List.choose (fun term ->
        let own = if plan.IsM2 then ClassFormulas.describe term perUnit else None

        own |> Option.orElseWith (fun () -> describe term))

/// log p(x) ≥ ELBO(x), shown when the loss holds both of its parts.
let bound (plan: PlanFile) (perUnit: string) =
    let evidence (plan: PlanFile) =
        if plan.IsToldClasses then
            row [ mi "p"; mo "("; x; mo "∣"; mi "y"; mo ")" ]
        else
            row [ mi "p"; mo "("; x; mo ")" ]

    let has name' =
        plan.Terms |> List.exists (fun t -> t.Name = name')

    if plan.IsM2 && has "reconstruction" && has "kl" then
        ClassFormulas.bound perUnit
    elif has "reconstruction" && has "kl" then
        [ display
              [ log
                evidence plan
                mo "≥"
                words "ELBO"
                mo "("
                x
                mo ")"
                mo "="
                expectation plan [ log; likelihood plan ]
                mo "−"
                name "KL"
                parens [ posterior plan; mo "∥"; prior ]
                mo "="
                minus
                parens [ symbol "reconstruction"; mo "+"; symbol "kl" ] ]
          p
              [ text
                    $"The evidence lower bound (ELBO), in nats per {perUnit}: higher is better, and the true log-likelihood "
                inlined [ log; evidence plan ]
                text " is at least this large. One nat is 1/ln 2 ≈ 1.44 bits." ] ]
    else
        []
