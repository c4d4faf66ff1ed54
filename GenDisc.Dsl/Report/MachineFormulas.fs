/// The terms of Boltzmann machines and energy classifiers.
module internal GenDisc.Reporting.MachineFormulas

open GenDisc.Reporting.Html
open GenDisc.Reporting.MachineEnergies
open GenDisc.Reporting.MathMl
open GenDisc.Reporting.Objective

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
    let family = family plan

    match term.Name with
    | "cd"
    | "pcd"
    | "tempering" ->
        Some(
            "Energy of data less energy of fantasies",
            [ energy plan
              freeEnergy family
              if family = Coupled then
                  meanField
              difference family term ],
            learning family
            @ [ text $" of the machine’s own, which {phaseText term}. No gradient flows through the states themselves. "
                text
                    "The value is a difference of energies and no likelihood: whether the machine is any good, only log Z tells, below." ]
        )
    | "nll" ->
        Some(
            "Exact negative log-likelihood",
            [ energy plan
              freeEnergy family
              display
                  [ symbol "nll"
                    mo "="
                    minus
                    log
                    ofAll "p" (given family)
                    mo "="
                    ofAll "F" (given family)
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
                    apply (mi "E") [ tilde (mi "x") ] ] ],
            [ text "The scores "
              inlined [ at "y" "a" ]
              text " of the classes are an energy of the input too. Samples are drawn by Langevin dynamics, "
              inlined
                  [ tilde (mi "x")
                    mo "←"
                    tilde (mi "x")
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
