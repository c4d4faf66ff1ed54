/// The terms of Boltzmann machines and energy classifiers.
module internal GenDisc.Reporting.MachineFormulas

open System
open GenDisc.Reporting.Html
open GenDisc.Reporting.MathMl
open GenDisc.Reporting.Objective

let private v = mi "v"
let private h = mi "h"
let private own = el "mover" [ "accent", "true" ] [ v; mo "~" ]
let private at index symbol = sub (mi symbol) (mi index)
let private free argument = apply (mi "F") [ argument ]
let private expOf children = name "exp" :: space :: children
let private square a = sup a (mn "2")

/// A mark under the sum alone.
let private over index =
    el "munder" [] [ el "mo" [ "largeop", "true" ] [ text "∑" ]; mi index ]

let private coupling =
    [ over "i,j"; at "j" "h"; sub (mi "W") (row [ mi "j"; mi "i" ]) ]

let private hiddenBias = [ over "j"; at "j" "c"; at "j" "h" ]
let private visibleBias = [ over "i"; at "i" "b"; at "i" "v" ]

let private pairs symbol unit =
    [ over "i<k"
      sub (mi symbol) (row [ mi "i"; mi "k" ])
      at "i" unit
      at "k" unit ]

/// E of the machine in the plan, and what it is.
let private energy (plan: PlanFile) =
    let starts (word: string) =
        plan.Rows
        |> List.exists (fun row -> row.Block.StartsWith(word, StringComparison.Ordinal))

    let joint arguments body =
        display (apply (mi "E") arguments :: mo "=" :: body)

    let arguments = [ v; mo ","; h ]

    if starts "gaussianRbm" || starts "unitGaussianRbm" then
        joint
            arguments
            [ over "i"
              frac (square (parens [ at "i" "v"; mo "−"; at "i" "b" ])) (row [ mn "2"; square (at "i" "σ") ])
              mo "−"
              row hiddenBias
              mo "−"
              row coupling
              frac (at "i" "v") (square (at "i" "σ")) ]
    elif starts "classRbm" then
        joint
            [ v; mo ","; mi "y"; mo ","; h ]
            [ minus
              row visibleBias
              mo "−"
              row hiddenBias
              mo "−"
              row coupling
              at "i" "v"
              mo "−"
              at "y" "d"
              mo "−"
              over "j"
              at "j" "h"
              sub (mi "U") (row [ mi "j"; mi "y" ]) ]
    elif starts "boltzmann" then
        joint
            arguments
            [ minus
              row visibleBias
              mo "−"
              row hiddenBias
              mo "−"
              row coupling
              at "i" "v"
              mo "−"
              row (pairs "L" "v")
              mo "−"
              row (pairs "J" "h") ]
    else
        joint arguments [ minus; row visibleBias; mo "−"; row hiddenBias; mo "−"; row coupling; at "i" "v" ]

let private freeEnergy =
    display
        [ free v
          mo "="
          minus
          log
          over "h"
          row (expOf [ parens [ minus; apply (mi "E") [ v; mo ","; h ] ] ])
          mo ","
          space
          apply (mi "p") [ v ]
          mo "="
          frac (row (expOf [ parens [ minus; free v ] ])) (mi "Z") ]

let private difference (term: PlanTerm) =
    display [ symbol term.Name; mo "="; free v; mo "−"; free own ]

let private phaseText (term: PlanTerm) =
    match term.Name with
    | "cd" ->
        "are a few sweeps of Gibbs sampling away from the batch itself (contrastive divergence), which follows the slope of the likelihood only roughly"
    | "pcd" ->
        "come from chains that are kept from step to step (persistent contrastive divergence), which follows the slope of the likelihood as long as the chains keep up with the weights"
    | _ ->
        "come from kept chains at many temperatures that exchange their states (parallel tempering), of which the coldest counts"

/// A term's title, formulas, and what they and their symbols mean; None for terms of other models.
let describe (plan: PlanFile) (term: PlanTerm) =
    match term.Name with
    | "cd"
    | "pcd"
    | "tempering" ->
        Some(
            "Energy of data less energy of fantasies",
            [ energy plan; freeEnergy; difference term ],
            [ text "Learning lowers the free energy "
              inlined [ free v ]
              text " of examples and raises that of states "
              inlined [ own ]
              text $" of the machine’s own, which {phaseText term}. No gradient flows through the states themselves. "
              text
                  "The value is a difference of energies and no likelihood: whether the machine is any good, only log Z tells, below." ]
        )
    | "nll" ->
        Some(
            "Exact negative log-likelihood",
            [ energy plan
              freeEnergy
              display
                  [ symbol "nll"
                    mo "="
                    minus
                    log
                    apply (mi "p") [ v ]
                    mo "="
                    free v
                    mo "+"
                    log
                    mi "Z" ] ],
            [ text "The machine is small enough for "
              inlined [ mi "Z" ]
              text " to be summed over all of its states, so that this is the likelihood itself, in nats." ]
        )
    | "sparsityTarget" ->
        Some(
            "Sparsity target",
            [ display
                  [ symbol "sparsityTarget"
                    mo "="
                    over "j"
                    parens
                        [ mi "ρ"
                          log
                          frac (mi "ρ") (at "j" "q")
                          mo "+"
                          parens [ mn "1"; mo "−"; mi "ρ" ]
                          log
                          frac (row [ mn "1"; mo "−"; mi "ρ" ]) (row [ mn "1"; mo "−"; at "j" "q" ]) ] ] ],
            [ text "How far the mean activity "
              inlined [ at "j" "q" ]
              text " of each hidden unit over a batch lies from the target "
              inlined [ mi "ρ" ]
              text ", as a Kullback–Leibler divergence in nats." ]
        )
    | "energy" ->
        Some(
            "Energy of data less energy of samples",
            [ display
                  [ apply (mi "E") [ mi "x" ]
                    mo "="
                    minus
                    log
                    over "y"
                    row (expOf [ at "y" "a" ])
                    mo ","
                    space
                    symbol "energy"
                    mo "="
                    apply (mi "E") [ mi "x" ]
                    mo "−"
                    apply (mi "E") [ el "mover" [ "accent", "true" ] [ mi "x"; mo "~" ] ] ] ],
            [ text "The scores "
              inlined [ at "y" "a" ]
              text " of the classes are an energy of the input too. Samples are drawn by Langevin dynamics, "
              inlined
                  [ el "mover" [ "accent", "true" ] [ mi "x"; mo "~" ]
                    mo "←"
                    el "mover" [ "accent", "true" ] [ mi "x"; mo "~" ]
                    mo "−"
                    mi "α"
                    space
                    mi "∇"
                    mi "E"
                    mo "+"
                    mi "σ"
                    mi "ε" ]
              text ", from a buffer of earlier ones; no gradient flows through them." ]
        )
    | _ -> None
