module GenDisc.Core.Tests.Data.Readers.ResamplingTests

open System
open Expecto
open FsCheck.FSharp
open GenDisc.Core.Data.Readers.Images
open GenDisc.Core.Tests.Data.Readers.IdxFiles

let private resize (pixels: byte array) (height, width) channels (toHeight, toWidth) =
    let planes = Array.zeroCreate (channels * toHeight * toWidth)
    Resampling.ToPlanes(ReadOnlySpan pixels, height, width, channels, Span planes, toHeight, toWidth)
    planes

let private sizes = Gen.zip (Gen.choose (1, 20)) (Gen.choose (1, 20))

let tests =
    testList
        "Resampling"
        [ test "equal sizes only part the channels" {
              Expect.equal
                  (resize [| 1uy; 2uy; 3uy; 4uy; 5uy; 6uy |] (1, 2) 3 (1, 2))
                  [| 1uy; 4uy; 2uy; 5uy; 3uy; 6uy |]
                  "planes"
          }
          test "twice as wide is bilinear" {
              Expect.equal (resize [| 0uy; 100uy |] (1, 2) 1 (1, 4)) [| 0uy; 25uy; 75uy; 100uy |] "a quarter and three"
          }
          test "half as wide weighs the area" {
              // Weights 3 3 1 at the left edge, 1 3 3 at the right one.
              Expect.equal (resize [| 70uy; 0uy; 0uy; 140uy |] (1, 4) 1 (1, 2)) [| 30uy; 60uy |] "edges"
              Expect.equal (resize [| 70uy; 0uy; 0uy; 140uy |] (4, 1) 1 (2, 1)) [| 30uy; 60uy |] "along the other side"
          }
          testProperty
              "one colour stays itself at every size"
              (Prop.forAll
                  (Arb.fromGen (Gen.zip3 sizes sizes (Gen.choose (0, 255))))
                  (fun ((h, w), (toH, toW), level) ->
                      resize (Array.create (3 * h * w) (byte level)) (h, w) 3 (toH, toW)
                      |> Array.forall ((=) (byte level))))
          testProperty
              "no pixel leaves the range of those it comes from"
              (Prop.forAll
                  (Arb.fromGen (Gen.zip3 sizes sizes (Gen.choose (0, 10000))))
                  (fun ((h, w), (toH, toW), seed) ->
                      let pixels = noise seed (h * w)
                      let resized = resize pixels (h, w) 1 (toH, toW)
                      Array.max resized <= Array.max pixels && Array.min resized >= Array.min pixels)) ]
