/// The few MathML elements that the formulas of this report need. Browsers draw them without any script.
module internal GenDisc.Reporting.MathMl

open GenDisc.Reporting.Html

let mi s = el "mi" [] [ text s ]

/// An upright identifier: names such as `log`.
let name s =
    el "mi" [ "mathvariant", "normal" ] [ text s ]

let mn s = el "mn" [] [ text s ]
let mo s = el "mo" [] [ text s ]
/// A minus sign before its only operand.
let minus = el "mo" [ "form", "prefix" ] [ text "−" ]
let words s = el "mtext" [] [ text s ]
let row children = el "mrow" [] children
let sub a b = el "msub" [] [ a; b ]
let sup a b = el "msup" [] [ a; b ]
let subsup a b c = el "msubsup" [] [ a; b; c ]
let frac a b = el "mfrac" [] [ a; b ]

let hat a =
    el "mover" [ "accent", "true" ] [ a; mo "^" ]

let tilde a =
    el "mover" [ "accent", "true" ] [ a; mo "~" ]

let space = el "mspace" [ "width", "0.28em" ] []

/// A stretchy pair of delimiters.
let fenced left right children =
    row (
        el "mo" [ "stretchy", "true" ] [ text left ] :: children
        @ [ el "mo" [ "stretchy", "true" ] [ text right ] ]
    )

let parens children = fenced "(" ")" children
let brackets children = fenced "[" "]" children

/// Σ from `index = 1` to `last`.
let sum index last =
    el
        "munderover"
        []
        [ el "mo" [ "largeop", "true" ] [ text "∑" ]
          row [ mi index; mo "="; mn "1" ]
          last ]

let log = row [ name "log"; space ]

/// `f(a)` or `f(a | b)`.
let apply f arguments =
    row (f :: mo "\u2061" :: [ mo "(" ] @ arguments @ [ mo ")" ])

let display children =
    el "div" [ "class", "formula"; "tabindex", "0" ] [ el "math" [ "display", "block" ] [ row children ] ]

let inlined children = el "math" [] [ row children ]
