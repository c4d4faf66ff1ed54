/// The mathematics of a run's loss, term by term, from plan.json.
module internal GenDisc.Reporting.Formulas

open System
open System.Globalization
open GenDisc.Reporting.Html
open GenDisc.Reporting.MathMl

let private loss label = sub (mi "ℒ") (words label)

/// The symbol that stands for a term in the objective.
let private symbol name =
    match name with
    | "reconstruction" -> loss "rec"
    | "kl" -> loss "KL"
    | "crossEntropy" -> loss "CE"
    | "mse" -> loss "MSE"
    | other -> loss other

let private floatOf (s: string) =
    match Double.TryParse(s, NumberStyles.Float, CultureInfo.InvariantCulture) with
    | true, x -> Some x
    | _ -> None

/// What a schedule means at epoch t, for those that the language has; None for combinations.
let private scheduleFormula (schedule: string) =
    let t = mi "t"

    match schedule.Split(' ', StringSplitOptions.RemoveEmptyEntries) |> List.ofArray with
    | [ "ramp"; epochs ] -> Some [ name "min"; parens [ mn "1"; mo ","; frac t (mn epochs) ] ]
    | [ "anneal"; from; until; epochs ] ->
        match floatOf from, floatOf until, floatOf epochs with
        | Some a, Some b, Some n when n > 1.0 ->
            let slope = Number.plain (b - a)
            let start = Number.plain a

            Some [
                mn start
                mo "+"
                mn slope
                name "min"
                parens [ mn "1"; mo ","; frac (row [ t; mo "−"; mn "1" ]) (mn (Number.plain (n - 1.0))) ]
            ]
        | _ -> None
    | _ -> None

/// Terms in the order of the plan, joined where neighbours share one weight, so that an ELBO reads as one.
let private grouped (terms: PlanTerm list) =
    terms
    |> List.fold
        (fun groups term ->
            match groups with
            | (weight, schedule, members) :: rest when weight = term.Weight && schedule = term.Schedule ->
                (weight, schedule, term :: members) :: rest
            | _ -> (term.Weight, term.Schedule, [ term ]) :: groups)
        []
    |> List.rev
    |> List.map (fun (weight, schedule, members) -> weight, schedule, List.rev members)

let private sumOf parts =
    parts
    |> List.mapi (fun i part -> if i = 0 then part else mo "+" :: part)
    |> List.concat

/// ℒ = 0.1 (ℒ_rec + ℒ_KL) + ℒ_CE, followed by the weights that depend on the epoch.
let objective (terms: PlanTerm list) =
    let several = List.length terms > 1

    let weightName (members: PlanTerm list) =
        match members with
        | [ one ] when several -> sub (mi "w") (words one.Name)
        | _ -> mi "w"

    let part (weight, schedule: string option, members: PlanTerm list) =
        let inner = members |> List.map (fun m -> [ symbol m.Name ]) |> sumOf
        let body = if members.Length > 1 then [ parens inner ] else inner

        match weight, schedule with
        | Some 1.0, None
        | None, None -> inner
        | Some w, None -> mn (Number.plain w) :: space :: body
        | constant, Some _ ->
            let factor =
                match constant with
                | Some w when w <> 1.0 -> [ mn (Number.plain w); space ]
                | _ -> []

            factor @ [ apply (weightName members) [ mi "t" ]; space ] @ body

    let groups = grouped terms
    let main = display ([ apply (mi "ℒ") [ mi "θ" ]; mo "=" ] @ sumOf (groups |> List.map part))

    let schedules =
        groups
        |> List.choose (fun (_, schedule, members) -> schedule |> Option.map (fun s -> s, members))
        |> List.map (fun (schedule, members) ->
            match scheduleFormula schedule with
            | Some formula -> display ([ apply (weightName members) [ mi "t" ]; mo "=" ] @ formula)
            | None ->
                p [ text "The weight "; inlined [ apply (weightName members) [ mi "t" ] ]; text " follows "; code schedule; text "." ])

    main :: schedules

let private x = mi "x"
let private z = mi "z"
let private posterior = row [ mi "q"; mo "("; z; mo "∣"; x; mo ")" ]
let private prior = row [ mi "p"; mo "("; z; mo ")" ]
let private likelihood = row [ mi "p"; mo "("; x; mo "∣"; z; mo ")" ]
let private expectation body = row [ sub (mi "𝔼") posterior; brackets body ]
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
            [
                total
                parens [
                    frac (square (parens [ xd; mo "−"; xhat ])) (row [ mn "2"; square (mi "σ") ])
                    mo "+"
                    half
                    log
                    parens [ mn "2"; mi "π"; square (mi "σ") ]
                ]
            ]
        | _ ->
            [ mo "−" ],
            [
                total
                brackets [
                    xd
                    log
                    xhat
                    mo "+"
                    parens [ mn "1"; mo "−"; xd ]
                    log
                    parens [ mn "1"; mo "−"; xhat ]
                ]
            ]

    let formula = if variational then sign @ [ expectation body ] else sign @ body
    [ display ([ symbol "reconstruction"; mo "=" ] @ formula) ]

let private kl (plan: PlanFile) =
    let mu = square (sub (mi "μ") (mi "j"))
    let sigma = square (sub (mi "σ") (mi "j"))
    let last = plan.Latent |> Option.map (GenDisc.Show.integer >> mn) |> Option.defaultValue (mi "J")

    [
        display [
            symbol "kl"
            mo "="
            name "KL"
            parens [ posterior; mo "∥"; prior ]
            mo "="
            half
            sum "j" last
            parens [ mu; mo "+"; sigma; mo "−"; log; sigma; mo "−"; mn "1" ]
        ]
    ]

let private crossEntropy (plan: PlanFile) =
    let last = plan.Classes |> Option.filter (fun n -> n > 0) |> Option.map (GenDisc.Show.integer >> mn)
    let exp index = row [ name "exp"; space; sub (mi "a") (mi index) ]

    [
        display [
            symbol "crossEntropy"
            mo "="
            mo "−"
            log
            row [ mi "p"; mo "("; mi "y"; mo "∣"; x; mo ")" ]
            mo "="
            mo "−"
            log
            frac (exp "y") (row [ sum "k" (last |> Option.defaultValue (mi "K")); exp "k" ])
        ]
    ]

let private mse =
    let k = mi "k"
    let difference = parens [ sub (hat (mi "y")) k; mo "−"; sub (mi "y") k ]
    [ display [ symbol "mse"; mo "="; frac (mn "1") (mi "K"); sum "k" (mi "K"); square difference ] ]

/// Each term in use: its formula, and what it and its symbols mean.
let terms (plan: PlanFile) (perUnit: string) =
    let variational = plan.Terms |> List.exists (fun t -> t.Name = "kl")

    let describe (term: PlanTerm) =
        match term.Name with
        | "reconstruction" ->
            let symbols =
                match plan.Likelihood with
                | Some "gaussian" ->
                    [ inlined [ xhat ]; text " is the mean that the decoder gives dimension "; inlined [ mi "d" ]
                      text ", and "; inlined [ square (mi "σ") ]; text " one learned variance shared by all dimensions. " ]
                | _ ->
                    [ inlined [ xhat ]; text " is the probability that the decoder gives pixel "; inlined [ mi "d" ]
                      text "; grey values "; inlined [ xd ]; text " between 0 and 1 count as probabilities themselves. " ]

            let draws =
                if variational then
                    [ text "The expectation is estimated from draws "
                      inlined [ z; mo "="; mi "μ"; mo "+"; mi "σ"; mo "⊙"; mi "ε"; mo ","; space; mi "ε"; mo "∼"; mi "𝒩"; mo "("; mn "0"; mo ","; mi "I"; mo ")" ]
                      text ", so that gradients reach the encoder." ]
                else
                    []

            Some(
                "Reconstruction",
                reconstruction plan variational,
                [ text $"How many nats it takes to describe the {perUnit} from its latent code. " ] @ symbols @ draws
            )
        | "kl" ->
            Some(
                "Kullback–Leibler divergence",
                kl plan,
                [ text "How far the encoder’s Gaussian "; inlined [ posterior ]
                  text ", with means "; inlined [ sub (mi "μ") (mi "j") ]; text " and variances "
                  inlined [ square (sub (mi "σ") (mi "j")) ]; text ", lies from the prior "
                  inlined [ prior; mo "="; mi "𝒩"; mo "("; mn "0"; mo ","; mi "I"; mo ")" ]
                  text $", in nats per {perUnit}; computed exactly, never negative." ]
            )
        | "crossEntropy" ->
            Some(
                "Cross-entropy",
                crossEntropy plan,
                [ text "How surprised the classifier is by the true class "; inlined [ mi "y" ]
                  text ", in nats; "; inlined [ sub (mi "a") (mi "k") ]; text " is its score (logit) for class "
                  inlined [ mi "k" ]; text ". Guessing blindly costs log K nats for K classes"
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
                [ text "The squared distance between prediction "; inlined [ hat (mi "y") ]; text " and target "
                  inlined [ mi "y" ]; text ", averaged over the target’s dimensions "; inlined [ mi "K" ]; text "." ]
            )
        | _ -> None

    plan.Terms |> List.choose describe

/// log p(x) ≥ ELBO(x), shown when the loss holds both of its parts.
let bound (plan: PlanFile) (perUnit: string) =
    let has name' = plan.Terms |> List.exists (fun t -> t.Name = name')

    if has "reconstruction" && has "kl" then
        [
            display [
                log
                row [ mi "p"; mo "("; x; mo ")" ]
                mo "≥"
                words "ELBO"
                mo "("
                x
                mo ")"
                mo "="
                expectation [ log; likelihood ]
                mo "−"
                name "KL"
                parens [ posterior; mo "∥"; prior ]
                mo "="
                mo "−"
                parens [ symbol "reconstruction"; mo "+"; symbol "kl" ]
            ]
            p [
                text $"The evidence lower bound (ELBO), in nats per {perUnit}: higher is better, and the true log-likelihood "
                inlined [ log; row [ mi "p"; mo "("; x; mo ")" ] ]
                text " is at least this large. One nat is 1/ln 2 ≈ 1.44 bits."
            ]
        ]
    else
        []
