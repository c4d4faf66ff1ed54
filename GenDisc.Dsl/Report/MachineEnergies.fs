/// Energies of Boltzmann machines as formulas.
module internal GenDisc.Reporting.MachineEnergies

open System
open GenDisc.Reporting.Html
open GenDisc.Reporting.MathMl
open GenDisc.Reporting.Objective

let v = mi "v"
let private h = mi "h"
let own = tilde v
let at index symbol = sub (mi symbol) (mi index)
let private class' = tilde (mi "y")
let private hidden' = tilde h

/// Arguments with commas between them.
let private list arguments =
    arguments
    |> List.mapi (fun i argument -> if i > 0 then [ mo ","; argument ] else [ argument ])
    |> List.concat

/// A function of several arguments.
let ofAll f arguments = apply (mi f) (list arguments)
let expOf children = name "exp" :: space :: children
let private square a = sup a (mn "2")

/// A mark under the sum alone.
let over index =
    el "munder" [] [ el "mo" [ "largeop", "true" ] [ text "∑" ]; mi index ]

let private coupling =
    [ over "i,j"; at "j" "h"; sub (mi "W") (row [ mi "j"; mi "i" ]) ]

let private hiddenBias = [ over "j"; at "j" "c"; at "j" "h" ]
let private visibleBias = [ over "i"; at "i" "b"; at "i" "v" ]

/// What machines of units in {0, 1} have in common, as the start of a sum.
let private restricted =
    [ minus
      row visibleBias
      mo "−"
      row hiddenBias
      mo "−"
      row coupling
      at "i" "v" ]

let private pairs symbol unit =
    [ over "i<k"
      sub (mi symbol) (row [ mi "i"; mi "k" ])
      at "i" unit
      at "k" unit ]

let private starts (plan: PlanFile) (word: string) =
    plan.Rows
    |> List.exists (fun row -> row.Block.StartsWith(word, StringComparison.Ordinal))

/// Machines whose energies take different arguments.
type Family =
    | Restricted
    | WithClasses
    /// Whose hidden units cannot be summed out.
    | Coupled
    | Visible

/// The family of the machine in the plan.
let family (plan: PlanFile) =
    if starts plan "classRbm" then
        WithClasses
    elif plan.Rows |> List.exists (fun row -> row.Block = "boltzmann 0") then
        Visible
    elif starts plan "boltzmann" then
        Coupled
    else
        Restricted

/// What is given of an example.
let given family =
    match family with
    | WithClasses -> [ v; mi "y" ]
    | _ -> [ v ]

/// E of the machine in the plan, and what it is.
let energy (plan: PlanFile) =
    let starts = starts plan

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
    elif family plan = Visible then
        joint [ v ] [ minus; row visibleBias; mo "−"; row (pairs "L" "v") ]
    elif family plan = WithClasses then
        joint
            (list [ v; mi "y"; h ])
            (restricted
             @ [ mo "−"
                 at "y" "d"
                 mo "−"
                 over "j"
                 at "j" "h"
                 sub (mi "U") (row [ mi "j"; mi "y" ]) ])
    elif starts "boltzmann" then
        joint arguments (restricted @ [ mo "−"; row (pairs "L" "v"); mo "−"; row (pairs "J" "h") ])
    else
        joint arguments restricted

/// F of an example, and its probability.
let freeEnergy family =
    let data = given family

    let found =
        if family = Visible then
            [ ofAll "E" data ]
        else
            [ minus
              log
              over "h"
              row (expOf [ parens [ minus; ofAll "E" (data @ [ h ]) ] ]) ]

    display (
        [ ofAll "F" data; mo "=" ]
        @ found
        @ [ mo ","
            space
            ofAll "p" data
            mo "="
            frac (row (expOf [ parens [ minus; ofAll "F" data ] ])) (mi "Z") ]
    )

/// The bound on the free energy of data by independent hidden units with means μ.
let meanField =
    let mean = at "j" "μ"
    let rest = parens [ mn "1"; mo "−"; mean ]

    display
        [ ofAll "F" [ v; mi "μ" ]
          mo "="
          ofAll "E" [ v; mi "μ" ]
          mo "+"
          over "j"
          parens [ mean; log; mean; mo "+"; rest; log; rest ]
          mo "≥"
          ofAll "F" [ v ] ]

/// What a negative phase measures.
let difference family (term: PlanTerm) =
    let data, states =
        match family with
        | Restricted
        | Visible -> ofAll "F" [ v ], ofAll "F" [ own ]
        | WithClasses -> ofAll "F" [ v; mi "y" ], ofAll "F" [ own; class' ]
        | Coupled -> ofAll "F" [ v; mi "μ" ], ofAll "E" [ own; hidden' ]

    display [ symbol term.Name; mo "="; data; mo "−"; states ]

/// What learning lowers and what it raises.
let learning family =
    match family with
    | Restricted
    | Visible ->
        [ text "Learning lowers the free energy "
          inlined [ ofAll "F" [ v ] ]
          text " of examples and raises that of states "
          inlined [ own ] ]
    | WithClasses ->
        [ text "Learning lowers the free energy "
          inlined [ ofAll "F" [ v; mi "y" ] ]
          text " of examples with their classes and raises that of pairs "
          inlined [ parens (list [ own; class' ]) ] ]
    | Coupled ->
        [ text "Hidden units that are coupled cannot be summed out. Learning lowers the variational free energy "
          inlined [ ofAll "F" [ v; mi "μ" ] ]
          text " of examples, in which hidden units are independent with the means "
          inlined [ mi "μ" ]
          text " that make it least (mean field), and raises the energy "
          inlined [ ofAll "E" [ own; hidden' ] ]
          text " of states" ]
