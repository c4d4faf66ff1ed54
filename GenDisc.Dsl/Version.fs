/// The product's version.
module GenDisc.Version

open System.Reflection

/// As in `gendisc --version`.
let text =
    match Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>() with
    | null -> "unknown"
    | attribute -> attribute.InformationalVersion
