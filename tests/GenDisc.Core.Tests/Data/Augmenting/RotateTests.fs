module GenDisc.Core.Tests.Data.Augmenting.RotateTests

open System
open Expecto
open GenDisc.Core.Data
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Modules.Building

let private stream seed = RandomStream(seed, "augmentation")

/// One image turned by an angle in degrees.
let private turned degrees height width (pixels: float32 array) =
    let angle = degrees * Math.PI / 180.0
    let pixels = Array.copy pixels

    let image =
        ImageSpan(Span pixels, height, width, Span(Array.create pixels.Length nanf))

    Rotate(180.0).Apply(image, Augmentation.Change(cos angle, sin angle))
    pixels

let tests =
    testList
        "Rotate"
        [ torchTest "a quarter turn is exact, clockwise, and four of them are none" (fun () ->
              let pixels = Array.init 9 float32

              let near a b =
                  allClose 1e-5 (Array.map float a) (Array.map float b)

              // 0 1 2 / 3 4 5 / 6 7 8
              Expect.isTrue (near (turned 90.0 3 3 pixels) [| 6f; 3f; 0f; 7f; 4f; 1f; 8f; 5f; 2f |]) "90"
              Expect.isTrue (near (turned 180.0 3 3 pixels) (Array.rev pixels)) "180"
              Expect.isTrue (near (turned -90.0 3 3 (turned 90.0 3 3 pixels)) pixels) "and back")
          torchTest "half way between pixels is their mean, outside is 0" (fun () ->
              // On one row a turn by 60° reads at half the distance from the middle, where rows above count half... of 0.
              let row = turned 60.0 1 3 [| 8f; 4f; 6f |]
              // y is off by sin 60°, so 1 − 0.866 of the row remains.
              let rest = 1.0 - sqrt 0.75
              let expected = [| rest * 6.0; 4.0; rest * 5.0 |]
              Expect.isTrue (allClose 1e-5 (Array.map float row) expected) $"{row}")
          torchTest "a turn keeps a plane away from the border, and the mass of what stays inside" (fun () ->
              let size = 21
              let middle = float (size - 1) / 2.0

              let image f =
                  Array.init (size * size) (fun i ->
                      float32 (f (float (i % size) - middle) (float (i / size) - middle)))

              // x in the turned image is read at x cos + y sin.
              let plane = turned 30.0 size size (image (fun x _ -> x + 20.0))

              for y in 8..12 do
                  for x in 8..12 do
                      let u, v = float x - middle, float y - middle
                      let expected = u * cos (Math.PI / 6.0) + v * sin (Math.PI / 6.0) + 20.0
                      Expect.floatClose Accuracy.medium (float plane[y * size + x]) expected "plane"

              let spot = image (fun x y -> exp (-(x * x + y * y) / 8.0))
              let mass pixels = float (Array.sum pixels)

              Expect.floatClose
                  { absolute = 0.0; relative = 1e-3 }
                  (mass (turned 25.0 size size spot))
                  (mass spot)
                  "mass")
          torchTest "rotations are uniform in their range" (fun () ->
              let stream = stream 1L

              let angles =
                  [ for _ in 1..4000 do
                        let change = Rotate(30.0).Draw(stream, 8, 8)
                        atan2 change.Y change.X * 180.0 / Math.PI ]

              Expect.all angles (fun a -> abs a <= 30.0) "in range"
              Expect.floatClose { absolute = 1.5; relative = 0.0 } (List.average angles) 0.0 "mean"
              let variance = angles |> List.averageBy (fun a -> a * a)
              Expect.floatClose { absolute = 20.0; relative = 0.0 } variance 300.0 "variance 60² / 12") ]
