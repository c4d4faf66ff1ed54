/// Runs on files that are missing, broken or hostile.
module GenDisc.Dsl.Tests.Running.BadFilesTests

open System.IO
open System.IO.Compression
open Expecto
open GenDisc
open GenDisc.Core.Data.Readers
open GenDisc.Dsl.Tests.Running.Files
open GenDisc.Dsl.Tests.Running.Scene
open GenDisc.Running

let private on data =
    let series = Data.isSeries data

    { toy with
        Data = data
        Model = model (if series then regressor [] else classifier [])
        Loss = if series then mse else crossEntropy
        Training = toy.Training |> epochs 1 }

let private zip scene name (entries: string list) =
    use archive = ZipFile.Open(Path.Combine(dataOf scene, name), ZipArchiveMode.Create)

    for entry in entries do
        use stream = archive.CreateEntry(entry).Open()
        stream.Write [| 1uy; 2uy; 3uy |]

/// A good table, and the same with a text in its row `line`.
let private sizes line =
    "size,kind"
    :: [ for i in 2..60 do
             (if i = line then "oops" else number (float i / 7.0))
             + (if i % 2 = 0 then ",even" else ",odd") ]

let private swap (line: int) (text: string) (lines: string list) =
    lines |> List.mapi (fun i old -> if i + 1 = line then text else old)

/// What is wrong: how it comes about, the data, and words of the message.
let private cases: (string * (Scene -> unit) * Data * string list) list =
    let readings = "t,x" :: [ for i in 1..80 -> $"{i},{number (sin (float i))}" ]

    [ "no folder of pictures",
      (fun scene -> dataOf scene |> ignore),
      imageFolder "nowhere",
      [ "nowhere: there is no such file or folder"; "--data" ]
      "an entry that points outside its zip",
      (fun scene -> zip scene "bad.zip" [ "a/1.png"; "../x.png"; "b/1.png" ]),
      imageFolder "bad.zip",
      [ "bad.zip"; "'../x.png' points outside the zip" ]
      "a picture that is none",
      (fun scene ->
          pictures scene "pictures" 4
          put scene "pictures/dark/2.png" [ "no picture" ]),
      imageFolder "pictures",
      [ Path.Combine("pictures", "dark", "2.png") ]
      "holdOut of pictures that have a test part",
      (fun scene ->
          pictures scene "parts/train" 4
          pictures scene "parts/test" 2),
      imageFolder "parts" |> holdOut 0.5,
      [ "imageFolder \"parts\" has one: its folder test"; "drop holdOut" ]
      "a text in a column of numbers",
      (fun scene -> put scene "sizes.csv" (sizes 15)),
      table "sizes.csv" "kind",
      [ "sizes.csv"; "line 15"; "column size"; "'oops' is not a number" ]
      "a row of too many cells",
      (fun scene -> put scene "sizes.csv" (sizes 0 |> swap 9 "1,even,3")),
      table "sizes.csv" "kind",
      [ "sizes.csv"; "line 9"; "3 cells" ]
      "an unknown target",
      (fun scene -> put scene "sizes.csv" (sizes 0)),
      classTable "sizes.csv" "sort",
      [ "sizes.csv"; "no column 'sort'"; "size, kind" ]
      "a text in a series",
      (fun scene -> put scene "readings.csv" (readings |> swap 41 "40,high")),
      csvSeries "readings.csv" [],
      [ "readings.csv"; "line 41"; "column x"; "'high' is not a number" ]
      "an unknown column of a series",
      (fun scene -> put scene "readings.csv" readings),
      csvSeries "readings.csv" [ "y" ],
      [ "readings.csv"; "no column 'y'" ]
      "fewer steps to test with than are forecast",
      (fun scene -> put scene "readings.csv" readings),
      csvSeries "readings.csv" [] |> window 5 3 |> holdOut 0.02,
      [ "readings"; "2 are in the test segment"; "at least 3" ]
      "another file in the place of a published one",
      (fun scene -> put scene "timeseries/monthly-sunspots.csv" readings),
      sunspots,
      [ Path.Combine("timeseries", "monthly-sunspots.csv")
        + ": this is not the published file of sunspots"
        "content: "
        "expected:                        c4ec8cc57d9f6fb6ecdb3e1f37f25b6f4badd5124c55931052b0cd2fc3bc71f3"
        "Replace it, or use csvSeries for your own" ]
      "an unknown class",
      (fun scene ->
          waves scene "Waves" 0.0
          put scene "Waves/Waves_TRAIN.ts" (tsHeader @ [ "1,2,3:slow"; "1,2:quick" ])),
      timeSeries "Waves",
      [ "Waves_TRAIN.ts"; "line 8"; "'quick' is not one of the classes slow, fast" ]
      "no test part",
      (fun scene -> put scene "Waves/Waves_TRAIN.ts" (tsHeader @ [ "1,2,3:slow"; "1,2:fast" ])),
      timeSeries "Waves",
      [ "Waves_TEST.ts" ]
      "no such set of series",
      (fun scene -> dataOf scene |> ignore),
      timeSeries "Nowhere",
      [ "there is no Nowhere_TRAIN.ts"; "timeseriesclassification.com" ] ]

let tests =
    testList
        "Run on bad files"
        [ for name, make, data, words in cases do
              test $"{name} is one message" {
                  use scene = new Scene()
                  make scene
                  let before = files scene.Runs
                  let error = failure (fun () -> scene.Run(on data))

                  for word in words do
                      Expect.stringContains error.Message word "message"

                  Expect.isFalse (error.Message.Contains "   at ") "no stack"
                  Expect.equal (files scene.Runs) before "nothing written"
                  Expect.equal (Directory.GetDirectories scene.Runs) [| Path.Combine(scene.Runs, "data") |] "no folder"
              }

          test "published series are what was published, with as many steps as is said of them, gzipped or not" {
              match Settings.environment "GENDISC_DATA" with
              | None -> skiptest "GENDISC_DATA is not set"
              | Some root ->
                  use scene = new Scene()

                  for s in Published.all do
                      let path = Path.Combine(root, "timeseries", s.File)

                      using (File.Create(Path.Combine(dataOf scene, s.File + ".gz"))) (fun file ->
                          use packed = new GZipStream(file, CompressionLevel.Fastest)
                          packed.Write(File.ReadAllBytes path))

                  for s in Published.all do
                      for folder in [ root; dataOf scene ] do
                          let found = PublishedFile.tryFind [ folder ] s |> some s.File
                          let check = System.Action<_>(PublishedFile.check found s)
                          let read = CsvSeries.Read(found, [| s.Column |], check)
                          Expect.equal read.Steps s.Steps s.File
          }

          test "a file that broke leaves the earlier run as it was" {
              use scene = new Scene()
              put scene "sizes.csv" (sizes 0)
              let experiment = on (table "sizes.csv" "kind")
              let first = scene.Run experiment
              let before = [ for file in files first.Folder -> file, bytes first file ]
              put scene "sizes.csv" (sizes 15)
              let error = failure (fun () -> scene.Run experiment)
              Expect.stringContains error.Message "line 15" "message"
              Expect.equal [ for file in files first.Folder -> file, bytes first file ] before "bit for bit"
              put scene "sizes.csv" (sizes 0)
              Expect.isTrue (scene.Run experiment).Reused "mended"
          }

          test "a broken file inside an encoder, or in against, is one message too" {
              use scene = new Scene()
              put scene "sizes.csv" (sizes 15)
              waves scene "Waves" 0.0

              let inside =
                  { on (table "sizes.csv" "kind") with
                      Name = "inside" }

              for experiment in
                  [ { on moons with
                        Model = model (encoder inside >> classifier []) }
                    { on (timeSeries "Waves" |> against (timeSeries "Nowhere")) with
                        Model = model (gru 2 >> classifier []) } ] do
                  failure (fun () -> scene.Run experiment) |> ignore
                  Expect.equal (Directory.GetDirectories scene.Runs).Length 1 "only the data folder is there"
          } ]
    |> testSequenced
