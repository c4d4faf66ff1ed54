/// Files of data for tests of running, and how files of a run are read back.
module GenDisc.Dsl.Tests.Running.Files

open System
open System.Globalization
open System.IO
open System.Text.Json
open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Running.Scene
open StbImageWriteSharp

/// The scene's folder of data.
let dataOf (scene: Scene) =
    let folder = Directory.CreateDirectory(Path.Combine(scene.Runs, "data")).FullName
    scene.Data <- Some folder
    folder

let put (scene: Scene) (name: string) (lines: string seq) =
    let path = Path.Combine(dataOf scene, name)
    Directory.CreateDirectory(Path.GetDirectoryName path |> string) |> ignore
    File.WriteAllLines(path, lines)

let number (x: float) =
    x.ToString("R", CultureInfo.InvariantCulture)

/// Two classes of short waves, of 5 to 11 steps; values about `offset`.
let private cases first count (offset: float) =
    [ for i in first .. first + count - 1 do
          let steps = 5 + i % 7
          let frequency = if i % 2 = 0 then 0.5 else 1.5

          let values =
              [ for t in 0 .. steps - 1 -> number (offset + Math.Round(sin (frequency * float t + float i), 4)) ]

          String.concat "," values + (if i % 2 = 0 then ":slow" else ":fast") ]

let tsHeader =
    [ "@problemName Waves"
      "@timeStamps false"
      "@univariate true"
      "@equalLength false"
      "@classLabel true slow fast"
      "@data" ]

/// `timeSeries name` with 60 training and 40 test cases.
let waves scene name offset =
    put scene $"{name}/{name}_TRAIN.ts" (tsHeader @ cases 0 60 offset)
    put scene $"{name}/{name}_TEST.ts" (tsHeader @ cases 60 40 offset)

/// A table of numbers, texts and gaps, with classes and a quantity: size, colour, kind, price.
let shop rows =
    "size,colour,kind,price"
    :: [ for i in 0 .. rows - 1 do
             let size = Math.Round(3.0 + 2.0 * sin (float i * 1.7), 3)
             let colour = [ "red"; "green"; "blue" ][i % 3]
             let kind = if size > 3.0 then "big" else "small"
             let price = Math.Round(2.0 * size + float (i % 3), 3)
             let size = if i % 11 = 5 then "" else number size
             let colour = if i % 13 = 7 then "" else colour
             $"{size},{colour},{kind},{number price}" ]

/// Grey pictures of 8×8 pixels: class `dark` is black above, `light` below.
let pictures scene name count =
    for label, dark in [ "dark", 0; "light", 4 ] do
        let folder =
            Directory.CreateDirectory(Path.Combine(dataOf scene, name, label)).FullName

        for i in 0 .. count - 1 do
            let pixels =
                [| for y in 0..7 do
                       for x in 0..7 do
                           if y >= dark && y < dark + 4 then byte (i * 3 + x) else 255uy - byte (i * 5 + x) |]

            use stream = File.Create(Path.Combine(folder, $"{i}.png"))
            ImageWriter().WritePng(pixels, 8, 8, ColorComponents.Grey, stream)

/// Fails unless the report's reader takes every file of the run without a note, and the page leaves nothing out.
let internal readable (result: RunResult) =
    let run = GenDisc.Reporting.ReadRun.read result.Folder
    Expect.isEmpty run.Notes "notes"
    let page = File.ReadAllText(Path.Combine(result.Folder, "report.html"))
    Expect.isFalse (page.Contains "Left out") "left out"
    run

let some what (value: 'a option) =
    match value with
    | Some found -> found
    | None -> failtest $"{what} is missing"

/// Values of a safetensors file by name, as bytes.
let tensors (file: byte[]) =
    let length = int (BitConverter.ToInt64(file, 0))
    use header = JsonDocument.Parse(ReadOnlyMemory(file, 8, length))

    Map.ofList
        [ for entry in header.RootElement.EnumerateObject() do
              if entry.Name <> "__metadata__" then
                  let range = entry.Value.GetProperty "data_offsets"
                  let first, last = range[0].GetInt32(), range[1].GetInt32()
                  entry.Name, file[8 + length + first .. 8 + length + last - 1] ]
