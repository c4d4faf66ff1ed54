module GenDisc.Dsl.Tests.Report.MosaicTests

open System
open System.IO
open Expecto
open GenDisc.Reporting

let private drawn write =
    Fixture.inFolder (fun folder ->
        let path = Path.Combine(folder, "figures", "mosaic.png")
        write path
        Png.read path)

let tests =
    testList
        "Mosaic"
        [ test "a grid repeats each pixel and separates the images" {
              let images =
                  [| [| 0.0f; 1.0f; 0.5f; 0.25f |]
                     [| 1.0f; 0.0f; 0.0f; 0.0f |]
                     [| 0.0f; 0.0f; 0.0f; 2.0f |] |]

              let picture = drawn (fun path -> Mosaic.write path 2 (1, 2, 2) images)
              // two columns and two rows of images, each 2×3 pixels wide and high, with 2 between and around
              Expect.equal (picture.Width, picture.Height, picture.Channels) (18, 18, 1) "size"

              for x in 2..4 do
                  for y in 2..4 do
                      Expect.equal (picture.At(x, y, 0)) 0uy "first pixel of the first image"
                      Expect.equal (picture.At(x + 3, y, 0)) 255uy "second pixel"
                      Expect.equal (picture.At(x, y + 3, 0)) 128uy "a half rounds to the nearest grey"
                      Expect.equal (picture.At(x + 8, y, 0)) 255uy "first pixel of the second image"

              Expect.equal (picture.At(0, 0, 0)) 255uy "border"
              Expect.equal (picture.At(2 + 5, 10 + 5, 0)) 255uy "values above 1 are clamped"
              Expect.equal (picture.At(12, 12, 0)) 255uy "a missing image is background"
          }
          test "colour images are read channel by channel" {
              let picture =
                  drawn (fun path -> Mosaic.write path 1 (3, 1, 1) [| [| 1.0f; 0.5f; Single.NaN |] |])

              Expect.equal [ for c in 0..2 -> picture.At(3, 3, c) ] [ 255uy; 128uy; 0uy ] "red, green, blue"
          }
          test "a reconstruction stands right below its original" {
              let black, grey = Array.create 4 [| 0.0f |], Array.create 4 [| 0.5f |]
              let picture = drawn (fun path -> Mosaic.pairs path 2 (1, 1, 1) black grey)
              let column = [ for y in 0 .. picture.Height - 1 -> picture.At(3, y, 0) ]
              let runs = column |> List.filter ((<>) 255uy)

              Expect.equal
                  runs
                  (List.replicate 3 0uy
                   @ List.replicate 3 128uy
                   @ List.replicate 3 0uy
                   @ List.replicate 3 128uy)
                  "rows"

              Expect.equal picture.Height (2 + 4 * 5 + 8) "a wider gap parts the two pairs"
          }
          test "large images are magnified less" {
              Expect.equal (Mosaic.magnification 28 28, Mosaic.magnification 33 20) (3, 2) "factors"
          }
          test "shapes that are no picture are refused" {
              let attempt shape images () =
                  drawn (fun path -> Mosaic.write path 1 shape images) |> ignore

              Expect.throwsT<ArgumentException> (attempt (2, 1, 1) [| [| 0.0f; 0.0f |] |]) "two channels"
              Expect.throwsT<ArgumentException> (attempt (1, 2, 2) [| [| 0.0f |] |]) "too few numbers"
          } ]
