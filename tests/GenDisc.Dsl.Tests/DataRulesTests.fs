module GenDisc.Dsl.Tests.DataRulesTests

open System
open System.Collections.Immutable
open System.IO
open Expecto
open FsCheck
open FsCheck.FSharp
open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Data.Readers
open GenDisc.Core.Runtime
open GenDisc.Dsl.Tests.Checked
open GenDisc.Dsl.Tests.Generators

/// A valid experiment but for its data.
let on (data: Data) =
    let classes = Data.facts data |> Option.map _.Classes |> Option.defaultValue 0

    { ExperimentTests.hybrid with
        Data = data
        Model = model (if classes > 0 then classifier [] else regressor [])
        Loss = if classes > 0 then crossEntropy else mse }

/// What is told of the data: what the caret is under, and what is said.
let toldOf data =
    [ for place, part, says in told (on data) do
          Expect.equal place Place.Data "place"
          part, says ]

let private isFor (part: string) what source =
    part, $"{part.Split(' ')[0]} is for {what}, which {source} is not"

let private wrong: (Data * (string * string) list) list =
    [ mnist
      |> window 3 1
      |> season 4
      |> points 10
      |> draw 2
      |> span 1.0
      |> noise 0.1
      |> resized 8 8
      |> holdOut 0.5,
      [ isFor "window 3 1" "series" "mnist"
        isFor "season 4" "series" "mnist"
        isFor "points 10" "generated series" "mnist"
        isFor "draw 2" "generated series" "mnist"
        isFor "span 1.0" "generated series" "mnist"
        isFor "noise 0.1" "generated data" "mnist"
        isFor "resized 8 8" "image folders" "mnist"
        "holdOut 0.5", "holdOut is for data without a test part, but mnist has one" ]

      sunspots |> points 10 |> draw 2 |> span 1.0 |> noise 0.1,
      [ isFor "points 10" "generated series" "sunspots"
        isFor "draw 2" "generated series" "sunspots"
        isFor "span 1.0" "generated series" "sunspots"
        isFor "noise 0.1" "generated data" "sunspots" ]

      moons |> draw 2 |> noise -0.1,
      [ isFor "draw 2" "generated series" "moons"
        "noise (-0.1)", "noise expects a finite deviation of at least 0.0, but got -0.1" ]

      lorenz
      |> noise nan
      |> draw 0
      |> points 1
      |> span 0.0
      |> window 0 1
      |> season 0
      |> holdOut 1.0,
      [ "noise nan", "noise expects a finite deviation of at least 0.0, but got nan"
        "span 0.0", "span expects a finite time above 0.0, but got 0.0"
        "points 1", "points expects 2 to 10,000,000, but got 1"
        "draw 0", "draw expects at least 1, but got 0"
        "season 0", "season expects at least 1, but got 0"
        "window 0 1", "window expects at least 1 step of history and 1 to forecast, but got 0 and 1"
        "holdOut 1.0", "holdOut expects a share above 0.0 and below 1.0, but got 1.0" ]

      sines [] |> take 0,
      [ "sines []", "sines expects at least one finite angular frequency"
        "take 0", "take expects at least 1 example, but got 0" ]
      sines [ 1.0; nan ], [ "sines [1.0; nan]", "sines expects at least one finite angular frequency" ]
      dampedOscillator -1.0,
      [ "dampedOscillator (-1.0)", "dampedOscillator expects a finite damping of at least 0.0, but got -1.0" ]
      drivenOscillator 0.1 infinity 1.0,
      [ "drivenOscillator 0.1 infinity 1.0",
        "drivenOscillator expects a finite damping of at least 0.0, force and frequency" ]
      vanDerPol 101.0, [ "vanDerPol 101.0", "vanDerPol expects μ from 0.0 to 100.0, but got 101.0" ]

      moons |> shifted 1 |> flipped |> rotated 5.0 |> cropped 1 |> cutOut 1,
      [ for part in [ "shifted 1"; "flipped"; "rotated 5.0"; "cropped 1"; "cutOut 1" ] do
            part, $"{part.Split(' ')[0]} changes images, but moons has examples of vector 2" ]
      mnist |> shifted 28 |> cropped 0 |> cutOut 29 |> rotated 181.0 |> flipped,
      [ "shifted 28", "shifted expects 1 to 27 pixels, but got 28"
        "cropped 0", "cropped expects 1 to 27 pixels, but got 0"
        "cutOut 29", "cutOut expects 1 to 28 pixels, but got 29"
        "rotated 181.0", "rotated expects an angle above 0.0 and up to 180.0 degrees, but got 181.0" ]
      mnist |> shifted 1 |> flipped |> shifted 99, [ "shifted 99", "shifted expects 1 to 27 pixels, but got 99" ]

      airlinePassengers |> window 108 1,
      [ "window 108 1", "window 108 1 is longer than the training part of the series" ]
      airlinePassengers |> window 50 1 |> validation 0.6,
      [ "validation 0.6", "validation holds out 65 of 108 steps, which leaves no window of 50 and 1 on one side" ]
      airlinePassengers |> window 24 12 |> validation 0.05,
      [ "validation 0.05", "validation holds out 5 of 108 steps, which leaves no window of 24 and 12 on one side" ]
      sines [ 1.0 ] |> points 200 |> window 10 1 |> take 126,
      [ "take 126", "take expects at most the 125 examples left for training, but got 126" ]
      mnist |> validation nan, [ "validation nan", "validation expects a share from 0.0 to below 1.0, but got nan" ] ]

let private ofSteps columns steps =
    let names = ImmutableArray.CreateRange [ for i in 1..columns -> $"c{i}" ]
    Series("series", names, Array.init (columns * steps) (fun i -> sin (float32 i)), [||])

/// Training windows that the data really give; 0 where they give none.
let private windowsOf (data: Data) columns steps =
    let history, horizon = Data.window data

    try
        Windows
            .Make(
                ofSteps columns steps,
                history,
                horizon,
                Data.holdOut data,
                data.Validation,
                Option.toNullable data.Take
            )
            .Splits.Train.Count
    with :? UserError ->
        0

let tests =
    testList
        "DataRules"
        [ for data, expected in wrong do
              test $"{data}" { Expect.equal (toldOf data) expected "problems" }

          test "modifiers in place are no problem" {
              for data in
                  [ mnist |> shifted 27 |> cutOut 28 |> rotated 180.0 |> against digits
                    moons |> noise 0.0 |> against (circles |> noise 0.3)
                    friedman |> noise 2.0
                    sunspots |> window 36 12 |> season 132 |> holdOut 0.5
                    lorenz |> points 500 |> span 5.0 |> noise 0.1 |> draw 3
                    sines [ 1.0 ] |> points 200 |> window 10 1 |> take 125 ] do
                  Expect.isEmpty (toldOf data) $"{data}"
          }

          test "holdOut of a folder that has a test part" {
              let folder hasTest =
                  toldUsing (fun data ->
                      match data.Source with
                      | Source.ImageFolder _ ->
                          Some
                              { Generators.facts mnist with
                                  HasTest = hasTest }
                      | _ -> Data.facts data)

              let asked (data: Data) =
                  { on data with
                      Model = model (classifier [])
                      Loss = crossEntropy }

              let says =
                  "holdOut is for data without a test part, but imageFolder \"x\" has one: its folder test"

              let declared = imageFolder "x" |> holdOut 0.5
              Expect.isEmpty (folder false (asked declared)) "no test part"
              Expect.equal (folder true (asked declared)) [ Place.Data, "holdOut 0.5", says ] "a test part"
              Expect.isEmpty (folder true (asked (imageFolder "x"))) "nothing held out"
          }

          test "absurd windows are too long, and do not wrap around" {
              for history, horizon in [ Int32.MaxValue, Int32.MaxValue; Int32.MaxValue, 1; 1, Int32.MaxValue ] do
                  let e = on (lorenz |> window history horizon)
                  let shown = $"window {history} {horizon}"

                  Expect.equal
                      (told e).Head
                      (Place.Data, shown, $"{shown} is longer than the training part of the series")
                      shown
          }

          test "a wrong declaration of a file is told before the file is read" {
              let e =
                  { on moons with
                      Data = imageFolder "x" |> resized 0 5 |> holdOut 2.0 |> points 3
                      Training = adam 1e-3 |> epochs 0 }

              let told = toldUsing (fun _ -> failtest "read") e

              Expect.equal
                  told
                  [ Place.Data, "points 3", "points is for generated series, which imageFolder \"x\" is not"
                    Place.Data,
                    "resized 0 5",
                    "resized expects a height and a width of 1 to 4,096 pixels, but got 0 and 5"
                    Place.Data, "holdOut 2.0", "holdOut expects a share above 0.0 and below 1.0, but got 2.0"
                    Place.Training, "epochs 0", "epochs expects 1 to 100,000, but got 0" ]
                  "problems"
          }

          test "a file that is not read is asked for" {
              Expect.equal
                  (told
                      { on moons with
                          Data = table "a.csv" "y" })
                  [ Place.Data, "", "table \"a.csv\" \"y\" must be read before it can be checked" ]
                  "problems"
          }

          testPropertyWithConfig config "training windows are counted as they are cut" (fun () ->
              gen {
                  let! columns = Gen.choose (1, 3)
                  let! steps = Gen.choose (2, 120)
                  let! history = Gen.choose (1, 40)
                  let! share = Gen.elements [ 0.1; 0.25; 0.5; 0.77 ]
                  let! held = Gen.elements [ 0.0; 0.1; 0.33; 0.6 ]
                  let testing = int (Math.Round(share * float steps))
                  let! horizon = Gen.choose (1, max 1 (min 8 testing))
                  return columns, steps, history, horizon, share, held
              }
              |> Arb.fromGen
              |> Prop.forAll
              <| fun (columns, steps, history, horizon, share, held) ->
                  let data =
                      Data.from (Source.Series(SeriesSource.Csv("s.csv", [])))
                      |> window history horizon
                      |> holdOut share
                      |> validation held

                  let testable = int (Math.Round(share * float steps)) >= horizon
                  let facts = Data.windowed data columns steps |> Option.get

                  let problems = problemsUsing (fun _ -> Some facts) { on friedman with Data = data }

                  let cut = windowsOf data columns steps
                  let whole = windowsOf (data |> validation 0.0) columns steps

                  (not testable)
                  || (facts.Training = whole
                      && (problems <> []) = (cut = 0)
                      && (cut = 0 || facts.Training - Data.validationCount data facts = cut)))

          test "counts of what is known beforehand" {
              for data, columns, steps in
                  [ sunspots |> window 36 1, 1, 2820
                    minTemperatures, 1, 3650
                    airlinePassengers |> window 24 12, 1, 144
                    lorenz |> points 700 |> window 10 2, 3, 700
                    vanDerPol 1.0, 2, 1000
                    sines [ 1.0; 2.0 ] |> points 333 |> holdOut 0.4, 1, 333 ] do
                  let facts = Generators.facts data
                  let history, horizon = Data.window data
                  Expect.equal facts.Shape (Sequence(history, columns)) $"{data}: shape"
                  Expect.equal facts.Targets (horizon * columns) $"{data}: targets"
                  Expect.equal facts.Training (windowsOf (data |> validation 0.0) columns steps) $"{data}: windows"
          }

          test "published series are as long as the language says" {
              match Settings.environment "GENDISC_DATA" with
              | None -> skiptest "GENDISC_DATA is not set"
              | Some root ->
                  for data, file, column in
                      [ sunspots, "monthly-sunspots.csv", "Sunspots"
                        minTemperatures, "daily-min-temperatures.csv", "Temp"
                        airlinePassengers, "airline-passengers.csv", "Passengers" ] do
                      let path = Path.Combine(root, "timeseries", file)

                      if File.Exists path then
                          let read = CsvSeries.Read(path, [| column |])

                          Expect.equal
                              (Data.windowed data 1 read.Steps)
                              (Data.facts data)
                              $"{file} has {read.Steps} steps"
          }

          test "a series' season, where it is known" {
              for data, expected in
                  [ sunspots, Some 12
                    airlinePassengers, Some 12
                    minTemperatures, Some 365
                    sunspots |> season 132, Some 132
                    // 2π / ω over a step of 10π / 999
                    sines [ 1.0 ], Some 200
                    sines [ 4.0; 1.0 ], Some 50
                    sines [ 1.0 ] |> points 201 |> span (20.0 * Math.PI), Some 20
                    sines [ 1e9 ], Some 1
                    sines [ 0.0 ], None
                    sines [], None
                    lorenz, None
                    dampedOscillator 0.1, None
                    csvSeries "a.csv" [], None ] do
                  Expect.equal (Data.season data) expected $"{data}"
          } ]
