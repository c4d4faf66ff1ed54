/// The terms of model M2, whose class may be hidden.
module internal GenDisc.Reporting.ClassFormulas

open GenDisc.Reporting.Html
open GenDisc.Reporting.MathMl
open GenDisc.Reporting.Objective

let private x = mi "x"
let private y = mi "y"
let private z = mi "z"

let private given a b = a @ (mo "∣" :: b)

let private comma a b = [ a; mo ","; b ]

/// q(y|x)
let private classes = row [ mi "q"; mo "("; yield! given [ y ] [ x ]; mo ")" ]

/// q(z|x, y)
let posterior =
    row [ mi "q"; mo "("; yield! given [ z ] (comma x y); mo ")" ]

/// p(x|y, z)
let likelihood =
    row [ mi "p"; mo "("; yield! given [ x ] (comma y z); mo ")" ]

let private prior = row [ mi "p"; mo "("; z; mo ")" ]

let private overClasses =
    el "munder" [] [ el "mo" [ "largeop", "true" ] [ text "∑" ]; y ]

let private cost = row [ minus; sub (mi "𝔼") posterior; brackets [ log; likelihood ] ]

let private divergence = row [ name "KL"; parens [ posterior; mo "∥"; prior ] ]

let private hidden symbol = sup symbol (words "?")

/// A term's title, formulas, and what they and their symbols mean; None for terms that M2 shares with other models.
let describe (term: PlanTerm) (perUnit: string) =
    match term.Name with
    | "reconstruction" ->
        Some(
            "Reconstruction",
            [ display [ symbol "reconstruction"; mo "="; cost ]
              display
                  [ hidden (symbol "reconstruction")
                    mo "="
                    overClasses
                    classes
                    space
                    parens [ cost ] ] ],
            [ text $"How many nats it takes to describe the {perUnit} from its class "
              inlined [ y ]
              text " and its latent code. Where the class is hidden (the second line), every class counts as much as "
              inlined [ classes ]
              text " believes in it." ]
        )
    | "kl" ->
        Some(
            "Divergence from the prior of class and code",
            [ display [ symbol "kl"; mo "="; divergence; mo "+"; log; mi "K" ]
              display
                  [ hidden (symbol "kl")
                    mo "="
                    overClasses
                    classes
                    space
                    parens [ divergence; mo "+"; log; classes ]
                    mo "+"
                    log
                    mi "K" ] ],
            [ text "How far "
              inlined [ posterior ]
              text " lies from "
              inlined [ prior; mo "="; mi "𝒩"; mo "("; mn "0"; mo ","; mi "I"; mo ")" ]
              text ", and the log K nats of a class that is uniform beforehand; where it is hidden, less the entropy of "
              inlined [ classes ]
              text ". In nats, computed without sampling." ]
        )
    | _ -> None

/// The bounds −L(x, y) and U(x) (Kingma et al. 2014, equations 6 and 7).
let bound (perUnit: string) =
    [ display
          [ minus
            log
            row [ mi "p"; mo "("; x; mo ","; y; mo ")" ]
            mo "≤"
            symbol "reconstruction"
            mo "+"
            symbol "kl"
            mo "="
            mi "L"
            mo "("
            x
            mo ","
            y
            mo ")" ]
      display
          [ minus
            log
            row [ mi "p"; mo "("; x; mo ")" ]
            mo "≤"
            hidden (symbol "reconstruction")
            mo "+"
            hidden (symbol "kl")
            mo "="
            overClasses
            classes
            space
            mi "L"
            mo "("
            x
            mo ","
            y
            mo ")"
            mo "−"
            name "H"
            parens [ classes ]
            mo "="
            mi "U"
            mo "("
            x
            mo ")" ]
      p
          [ text
                $"Two bounds, in nats per {perUnit}: one where the class is known, one that sums over all classes where it is hidden (Kingma et al. 2014, equations 6 and 7, with the sign of a cost). The ELBO in the tables is minus the first on validation and test data, whose classes are known, and minus the mean of both in training." ] ]
