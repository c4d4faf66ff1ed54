/// The weighted sum that training makes small, from plan.json.
module internal GenDisc.Reporting.Objective

open System
open System.Globalization
open GenDisc.Reporting.Html
open GenDisc.Reporting.MathMl

let private label name =
    match name with
    | "reconstruction" -> "rec"
    | "kl" -> "KL"
    | "importance" -> "IW"
    | "crossEntropy" -> "CE"
    | "mse" -> "MSE"
    | "denoising" -> "denoise"
    | "sparsity" -> "sparse"
    | "cd"
    | "pcd" -> name.ToUpperInvariant()
    | "tempering" -> "PT"
    | "nll" -> "NLL"
    | "sparsityTarget" -> "sparse"
    | other -> other

/// The symbol that stands for a term in the objective.
let symbol name = sub (mi "ℒ") (words (label name))

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

            Some
                [ mn start
                  mo "+"
                  mn slope
                  name "min"
                  parens
                      [ mn "1"
                        mo ","
                        frac (row [ t; mo "−"; mn "1" ]) (mn (Number.plain (n - 1.0))) ] ]
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
let formula (terms: PlanTerm list) =
    let several = List.length terms > 1

    let weightName (members: PlanTerm list) =
        match members with
        | [ one ] when several -> sub (mi "w") (words (label one.Name))
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

    let main =
        display ([ apply (mi "ℒ") [ mi "θ" ]; mo "=" ] @ sumOf (groups |> List.map part))

    let schedules =
        groups
        |> List.choose (fun (_, schedule, members) -> schedule |> Option.map (fun s -> s, members))
        |> List.map (fun (schedule, members) ->
            match scheduleFormula schedule with
            | Some formula -> display ([ apply (weightName members) [ mi "t" ]; mo "=" ] @ formula)
            | None ->
                p
                    [ text "The weight "
                      inlined [ apply (weightName members) [ mi "t" ] ]
                      text " follows "
                      code schedule
                      text "." ])

    main :: schedules
