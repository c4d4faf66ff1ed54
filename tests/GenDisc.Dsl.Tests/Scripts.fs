/// Evaluation of source by a real F# Interactive session in this process.
module GenDisc.Dsl.Tests.Scripts

open System
open System.Globalization
open System.IO
open FSharp.Compiler.Interactive.Shell
open GenDisc

let private session =
    lazy
        (let output = new StringWriter()

         let arguments =
             [| "fsi"
                "--noninteractive"
                "--nologo"
                "--gui-"
                "--nowarn:3370"
                $"--reference:{typeof<Experiment>.Assembly.Location}" |]

         let session =
             FsiEvaluationSession.Create(
                 FsiEvaluationSession.GetDefaultConfiguration(),
                 arguments,
                 new StringReader "",
                 output,
                 output,
                 collectible = true
             )

         session.EvalInteraction "open GenDisc"
         session)

/// The values of expressions of one type, evaluated together. Fails with the compiler's messages.
let evaluate<'t> (typeName: string) (sources: string list) : 't list =
    let indented (source: string) =
        "        (" + source.Replace("\n", "\n         ") + ")"

    let bindings =
        sources
        |> List.mapi (fun i source -> $"    let f{i} () : {typeName} =\n{indented source}")

    let calls = sources |> List.mapi (fun i _ -> $"f{i} ()") |> String.concat "; "

    let script =
        String.concat "\n" [ "let values ="; yield! bindings; $"    [ {calls} ]" ]

    lock session (fun () ->
        let result, diagnostics = session.Value.EvalInteractionNonThrowing script

        match result with
        | Choice2Of2 error ->
            let messages = diagnostics |> Array.map string |> String.concat "\n"
            failwith $"{error.Message}\n{messages}\n{script}"
        | Choice1Of2 _ ->
            match session.Value.TryFindBoundValue "values" with
            | Some bound -> unbox<'t list> bound.Value.ReflectionValue
            | None -> failwith "the session bound no value")

/// Whether source compiles; the messages if not.
let check (source: string) =
    lock session (fun () ->
        let _, _, results = session.Value.ParseAndCheckInteraction source

        results.Diagnostics
        |> Array.filter _.Severity.IsError
        |> Array.map _.Message
        |> Array.toList)

/// Runs `f` under a culture.
let under (culture: string) f =
    let before = CultureInfo.CurrentCulture

    try
        CultureInfo.CurrentCulture <- CultureInfo.GetCultureInfo culture
        f ()
    finally
        CultureInfo.CurrentCulture <- before
