module GenDisc.Core.Tests.Kernels.Vectors.ElementaryTests

open System
open System.Runtime.Intrinsics
open Expecto
open GenDisc.Core.Kernels.Vectors

let private at (f: Vector256<float32> -> Vector256<float32>) (x: float32) = (f (Vector256.Create x)).GetElement 3

/// Every so many of the floats between two bounds of one sign.
let private floats (low: float32) (high: float32) =
    let a, b = BitConverter.SingleToInt32Bits low, BitConverter.SingleToInt32Bits high
    seq { for bits in min a b .. 9973 .. max a b -> BitConverter.Int32BitsToSingle bits }

let private worst f (exact: float -> float) xs =
    xs |> Seq.map (fun x -> abs (float (at f x) / exact (float x) - 1.0)) |> Seq.max

let private exp' x = Elementary.Exp x
let private expNonPositive x = Elementary.ExpNonPositive x
let private log1p x = Elementary.Log1PUnit x
let private sigmoid (x: Vector256<float32>) = Elementary.Sigmoid x

let tests =
    testList
        "Elementary"
        [ testCase "exp to 2e-7 in its range" (fun () ->
              Expect.isLessThan (worst exp' exp (floats 1e-6f 88.7f)) 2e-7 "above 0"
              Expect.isLessThan (worst exp' exp (floats -1e-6f -87.3f)) 2e-7 "below 0"
              Expect.isLessThan (worst expNonPositive exp (floats -1e-6f -87.3f)) 2e-7 "the narrow one")
          testCase "log(1 + y) to 3e-7 in [0, 1]" (fun () ->
              let exact y =
                  if y < 1e-4 then y - y * y / 2.0 + y * y * y / 3.0 else Math.Log(1.0 + y)

              Expect.isLessThan (worst log1p exact (floats 1e-37f 1f)) 3e-7 "relative"
              Expect.equal (at log1p 0f) 0f "at 0")
          testCase "σ to 4e-7" (fun () ->
              let exact l = 1.0 / (1.0 + exp -l)
              Expect.isLessThan (worst sigmoid exact (floats 1e-6f 1e4f)) 4e-7 "above 0"
              Expect.isLessThan (worst sigmoid exact (floats -1e-6f -87.3f)) 4e-7 "below 0")
          testCase "limits" (fun () ->
              for f, x, y in
                  [ exp', 89f, infinityf
                    exp', infinityf, infinityf
                    exp', -104f, 0f
                    exp', -infinityf, 0f
                    exp', 0f, 1f
                    expNonPositive, -88f, 0f
                    expNonPositive, -infinityf, 0f
                    expNonPositive, 0f, 1f
                    sigmoid, -infinityf, 0f
                    sigmoid, infinityf, 1f
                    sigmoid, 0f, 0.5f ] do
                  Expect.equal (at f x) y $"at {x}")
          testCase "NaN of any payload stays NaN" (fun () ->
              for bits in [ 0x7FC00000; 0x7FC00001; 0x7FFFFFFF; 0x7F800001; 0xFFC001FF; 0xFFFFFFFF ] do
                  for f in [ exp'; expNonPositive; log1p; sigmoid ] do
                      Expect.isTrue (Single.IsNaN(at f (BitConverter.Int32BitsToSingle bits))) $"{bits:X}") ]
