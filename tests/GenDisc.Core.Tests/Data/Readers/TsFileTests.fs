module GenDisc.Core.Tests.Data.Readers.TsFileTests

open System
open System.IO
open System.Text
open Expecto
open FsCheck.FSharp
open GenDisc.Core.Data.Readers
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Data.Readers.IdxFiles

let private lines (lines: string list) =
    Encoding.UTF8.GetBytes(String.Join("\n", lines))

let private header =
    [ "# a comment"; "@problemName Small"; "@classLabel true a b"; "@data" ]

let private read content =
    inFolder (fun folder -> TsFile.Read(write folder "s_TRAIN.ts" content))

/// Fails at a line after the header, which is line 5 on.
let private failsOn parts content =
    userError ("s_TRAIN.ts" :: parts) (fun () -> read (lines content)) |> ignore

let private failsAfterHeader parts cases = failsOn parts (header @ cases)

let private load train test =
    inFolder (fun folder ->
        TsFile.Load(write folder "s_TRAIN.ts" (lines train), write folder "s_TEST.ts.gz" (gzip (lines test))))

let private findIn (roots: string list) name =
    let found = TsFile.Find(name, roots)
    if found.HasValue then Some found.Value else None

let tests =
    testList
        "TsFile"
        [ test "univariate, comments, blank lines, Windows line ends" {
              let content =
                  read (lines (header @ [ "1,2.5,-3e-1:a\r"; ""; "# between"; "4, 5 ,6:b" ]))

              Expect.equal (content.ProblemName, content.Dimensions) ("Small", 1) "header"
              Expect.sequenceEqual content.ClassNames [ "a"; "b" ] "classes"
              Expect.equal (List.ofSeq content.Cases) [ [| 1f; 2.5f; -0.3f |]; [| 4f; 5f; 6f |] ] "values"
              Expect.equal (List.ofSeq content.Labels) [ 0; 1 ] "labels"
          }
          test "dimensions become columns" {
              let content = read (lines (header @ [ "1,2,3:4,5,6:b" ]))
              Expect.equal content.Cases[0] [| 1f; 4f; 2f; 5f; 3f; 6f |] "[steps, dimensions]"
          }
          test "missing values follow the straight line between their neighbours" {
              let content = read (lines (header @ [ "?,2,NaN,?,8,?:?,?,?,?,?,?:a" ]))

              Expect.equal
                  content.Cases[0]
                  [| for v in [ 2f; 2f; 4f; 6f; 8f; 8f ] do
                         yield! [ v; 0f ] |]
                  "filled"
          }
          test "both parts are padded to the longest of either, and lengths tell" {
              let loaded = load (header @ [ "1,2:a"; "3:b" ]) (header @ [ "5,6,7:b" ])
              Expect.sequenceEqual loaded.Train.ExampleShape [ 3; 1 ] "shape"
              Expect.equal (loaded.Train.Values.ToArray()) [| 1f; 2f; 0f; 3f; 0f; 0f |] "padded with 0"
              Expect.equal (loaded.Train.Lengths.ToArray()) [| 2; 1 |] "lengths"
              Expect.isTrue loaded.Test.Lengths.IsEmpty "all full"
              Expect.equal [ for file in loaded.Files -> file.Name ] [ "s_TRAIN.ts"; "s_TEST.ts.gz" ] "files"
          }
          test "ragged lines" {
              failsAfterHeader [ "line 6"; "1 dimensions where 2 are wanted" ] [ "1:2:a"; "1:a" ]
              failsAfterHeader [ "line 5"; "dimension 1 has 2"; "dimension 2 has 3" ] [ "1,2:1,2,3:a" ]

              failsOn
                  [ "line 4"; "2 dimensions where 1 " ]
                  [ "@univariate true"; "@classLabel true a b"; "@data"; "1:2:a" ]

              failsOn
                  [ "line 5"; "1 dimensions where 3 " ]
                  [ "@univariate false"; "@dimensions 3"; "@classLabel true a b"; "@data"; "1:a" ]
          }
          test "stated to be of equal length, but not" {
              let equal = [ "@equalLength true"; "@classLabel true a b"; "@data" ]
              failsOn [ "line 5"; "3 steps where 2 "; "@equalLength" ] (equal @ [ "1,2:a"; "1,2,3:b" ])
              failsOn [ "line 5"; "2 steps where 9 " ] ("@seriesLength 9" :: equal @ [ "1,2:a" ])
          }
          test "unknown class, no class, not a number" {
              failsAfterHeader [ "line 5"; "'c'"; "a, b" ] [ "1,2:c" ]
              failsAfterHeader [ "line 5"; "':'" ] [ "1,2,a" ]
              failsAfterHeader [ "line 6"; "dimension 2, value 3"; "'x7'" ] [ "1:2:a"; "1,2,3:1,2,x7:a" ]
              failsAfterHeader [ "line 5"; "value 2"; "''" ] [ "1,,2:a" ]
              failsAfterHeader [ "line 5"; "'1e999'" ] [ "1e999:a" ]
              failsAfterHeader [ "line 5"; "'Infinity'" ] [ "Infinity:a" ]
          }
          test "header missing, wrong or unsupported" {
              failsOn [ "line 1"; "@data" ] [ "1,2:a" ]
              failsOn [ "no line @data" ] [ "@classLabel true a b" ]
              failsOn [ "no line @data" ] []
              failsOn [ "no series" ] header
              failsOn [ "line 1"; "names no classes" ] [ "@data"; "1:a" ]
              failsOn [ "line 1"; "time stamps"; "not supported" ] [ "@timeStamps true" ]
              failsOn [ "line 1"; "targets"; "not supported" ] [ "@targetLabel true" ]
              failsOn [ "line 1"; "without classes" ] [ "@classLabel false" ]
              failsOn [ "line 1"; "at least two" ] [ "@classLabel true a" ]
              failsOn [ "line 1"; "twice" ] [ "@classLabel true a a" ]
              failsOn [ "line 1"; "true or false"; "'maybe'" ] [ "@univariate maybe" ]
              failsOn [ "line 1"; "@dimensions"; "'-1'" ] [ "@dimensions -1" ]
              failsOn [ "line 1"; "followed by nothing" ] [ "@equalLength" ]
          }
          test "a class that is only to be tested with" {
              userError [ "s_TRAIN.ts"; "no series of class b"; "s_TEST.ts.gz has some" ] (fun () ->
                  load (header @ [ "1,2:a"; "3:a" ]) (header @ [ "5,6,7:b" ]))
              |> ignore

              let loaded = load (header @ [ "1,2:a"; "3:a" ]) (header @ [ "5,6,7:a" ])
              Expect.equal loaded.Test.Classes 2 "a class of no series at all does no harm"
          }
          test "parts that do not belong together" {
              let other = [ "@classLabel true a c"; "@data"; "1:a" ]

              userError [ "s_TRAIN.ts has classes a b"; "s_TEST.ts.gz has classes a c" ] (fun () ->
                  load (header @ [ "1:a" ]) other)
              |> ignore

              userError [ "1 dimensions"; "2" ] (fun () -> load (header @ [ "1:a" ]) (header @ [ "1:2:a" ]))
              |> ignore
          }
          test "a picture instead of text" {
              userError [ "not a text file" ] (fun () -> read [| 0x89uy; 0x50uy; 0uy; 1uy |])
              |> ignore
          }
          testProperty
              "a damaged file is a UserError or gives series"
              (Prop.forAll (Arb.fromGen (Gen.zip (Gen.choose (0, 10000)) (Gen.choose (0, 255)))) (fun (at, value) ->
                  let bytes = lines (header @ [ "1,2.5,?:3,4,5:a"; "4,5,6:7,8,9:b" ])
                  bytes[at % bytes.Length] <- byte value

                  try
                      (read bytes).Cases.Count > 0
                  with :? UserError ->
                      true))
          test "found by name, folder or file" {
              inFolder (fun root ->
                  let put folder name =
                      write (Directory.CreateDirectory(Path.Combine(root, folder)).FullName) name [||]

                  let find name =
                      findIn [ Path.Combine(root, "nowhere"); root ] name

                  let pair folder ending =
                      Some struct (put folder $"G_TRAIN.ts{ending}", put folder $"G_TEST.ts{ending}")

                  Expect.equal (find "G") None "nothing yet"
                  let flat = pair "" ".gz"
                  Expect.equal (find "G") flat "in the root"
                  let below = pair "timeseries/G" ""
                  Expect.equal (find "G") below "among time series"
                  let own = pair "G" ".gz"
                  Expect.equal (find "G") own "in a folder of its own"
                  Expect.equal (find (Path.Combine(root, "timeseries", "G"))) below "by folder"
                  Expect.equal (find (Path.Combine(root, "timeseries", "G", "G_TRAIN.ts"))) below "by file"
                  Expect.equal (find "../G") None "no way out of a root"

                  let lone = put "L" "L_TRAIN.ts"

                  Expect.equal
                      (find "L")
                      (Some struct (lone, Path.Combine(root, "L", "L_TEST.ts")))
                      "the test part is missing"

                  userError [ "L_TRAIN.ts" ] (fun () -> TsFile.Load(lone, "x")) |> ignore)
          }
          test "real sets" {
              match Environment.GetEnvironmentVariable "GENDISC_DATA" with
              | null
              | "" -> skiptest "GENDISC_DATA is not set"
              | data ->
                  let load name =
                      match findIn [ data ] name with
                      | Some(struct (train, test)) -> TsFile.Load(train, test)
                      | None -> failtest $"{name} is not there"

                  for name, train, test, steps, features, classes in
                      [ "GunPoint", 50, 150, 150, 1, 2
                        "ItalyPowerDemand", 67, 1029, 24, 1, 2
                        "ArrowHead", 36, 175, 251, 1, 3
                        "BasicMotions", 40, 40, 100, 6, 4
                        "JapaneseVowels", 270, 370, 29, 12, 9 ] do
                      let loaded = load name
                      Expect.equal (loaded.Train.Count, loaded.Test.Count) (train, test) $"{name}: counts"
                      Expect.sequenceEqual loaded.Train.ExampleShape [ steps; features ] $"{name}: shape"
                      Expect.equal loaded.Train.Classes classes $"{name}: classes"

                  let vowels = load "JapaneseVowels"

                  Expect.equal
                      (vowels.Train.Lengths.ToArray() |> Array.min, vowels.Test.Lengths.ToArray() |> Array.max)
                      (7, 29)
                      "lengths"
          } ]
