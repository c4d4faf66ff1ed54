/// What tests of data share.
module GenDisc.Core.Tests.Data.Expecting

open System
open System.IO
open Expecto
open GenDisc.Core.Data
open GenDisc.Core.Runtime

/// Runs `f`, which must fail with a UserError whose message holds every one of `parts`; returns the message.
let userError (parts: string list) (f: unit -> 'a) =
    let message =
        try
            f () |> ignore
            None
        with :? UserError as e ->
            Some e.Message

    match message with
    | None -> failtest "expected a UserError, but nothing was thrown"
    | Some message ->
        for part in parts do
            Expect.stringContains message part "the message says what, where and what to do"

        message

/// Runs `f` with a new folder that is deleted afterwards.
let inFolder (f: string -> 'a) =
    let folder = Directory.CreateTempSubdirectory "gendisc-test-"

    try
        f folder.FullName
    finally
        folder.Delete true

let memory (items: 'a array) = ReadOnlyMemory items

/// Vectors of one number, the example's own row, of classes of the given sizes, interleaved.
let classified (sizes: int list) =
    let labels =
        [| for c, size in List.indexed sizes do
               for i in 1..size do
                   struct (float i / float size, c) |]
        |> Array.sort
        |> Array.map (fun struct (_, c) -> c)

    let names = sizes |> List.mapi (fun c _ -> string c)
    Dataset.OfValues("classified", [ 1 ], memory (Array.init labels.Length float32), memory labels, names)

/// n vectors of one number, the example's own row, with that row times ten as the target.
let regression n =
    let rows = Array.init n float32
    Dataset.OfTargets("regression", [ 1 ], memory rows, 1, memory (Array.map ((*) 10f) rows))
