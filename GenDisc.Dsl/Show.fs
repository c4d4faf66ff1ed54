/// How values print as their own source, the same under every culture.
module GenDisc.Show

open System
open System.Globalization

/// A float as an F# literal: `1.0`, `0.001`, `1E-07`, `nan`, `infinity`.
let number (x: float) =
    if Double.IsNaN x then
        "nan"
    elif Double.IsInfinity x then
        (if x > 0.0 then "infinity" else "-infinity")
    else
        let s = x.ToString("R", CultureInfo.InvariantCulture)
        if Seq.forall (fun c -> Char.IsDigit c || c = '-') s then s + ".0" else s

/// An integer with no digit grouping.
let integer (n: int) =
    n.ToString(CultureInfo.InvariantCulture)
