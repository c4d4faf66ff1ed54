module GenDisc.Core.Tests.Kernels.Gather.PixelGatherTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Runtime
open GenDisc.Core.Kernels.Gather
open GenDisc.Core.Kernels.Random
open GenDisc.Core.Tests.Kernels.Trials
open GenDisc.Core.Tests.Kernels.Random.Statistics
open GenDisc.Core.Tests.Modules.Building

let private modes =
    [ Binarisation.None; Binarisation.Threshold; Binarisation.Drawn ]

let private stream () = CounterStream(1L, "pixels")

let private bytesOf (random: RandomStream) n =
    Array.init n (fun _ -> byte (random.NextInt 256))

let private kernel (pixels: byte array) width (rows: int array) mode =
    let into = torch.full (int64 rows.Length, int64 width, -1.0)
    PixelGather.Gather(ReadOnlySpan pixels, width, ReadOnlySpan rows, into, mode, stream ())
    into

let private twin (pixels: byte array) width (rows: int array) mode =
    let into = torch.full (int64 rows.Length, int64 width, -1.0)
    PixelGather.Twin(ReadOnlySpan pixels, width, ReadOnlySpan rows, into, mode, stream ())
    into

let tests =
    testList
        "PixelGather"
        [ kernelLaw "gives the bits of its twin in every mode" (fun stored width random ->
              let pixels = bytesOf random (stored * width)
              let rows = Array.init (random.NextInt 9) (fun _ -> random.NextInt stored)

              modes
              |> List.forall (fun mode ->
                  (kernel pixels width rows mode).bytes.ToArray() = (twin pixels width rows mode).bytes.ToArray()))
          kernelLaw "is b / 255 of the chosen rows, exactly" (fun stored width random ->
              let pixels = bytesOf random (stored * width)
              let rows = Array.init 5 (fun _ -> random.NextInt stored)

              let expected =
                  rows
                  |> Array.collect (fun r -> pixels[r * width .. (r + 1) * width - 1])
                  |> Array.map (fun b -> float32 b / 255f)

              (kernel pixels width rows Binarisation.None).data<float32>().ToArray() = expected)
          torchTest "every byte in every mode" (fun () ->
              let pixels = Array.init 256 byte

              let values mode =
                  (kernel pixels 256 [| 0 |] mode).data<float32>().ToArray()

              Expect.equal (values Binarisation.None) (Array.init 256 (fun b -> float32 b / 255f)) "grey"

              Expect.equal
                  (values Binarisation.Threshold)
                  (Array.init 256 (fun b -> if b > 127 then 1f else 0f))
                  "threshold"

              let drawn = values Binarisation.Drawn
              Expect.isTrue (drawn[0] = 0f && drawn[255] = 1f) "black and white stay"
              Expect.all drawn (fun v -> v = 0f || v = 1f) "only those")
          torchTest "grey pixels are drawn as often as they are bright, anew each time" (fun () ->
              let pixels = Array.init 256 byte
              let repeats = 2000
              let rows = Array.zeroCreate repeats
              let into = torch.empty (int64 repeats, 256L)
              let stream = stream ()

              let gather () =
                  PixelGather.Gather(ReadOnlySpan pixels, 256, ReadOnlySpan rows, into, Binarisation.Drawn, stream)

              gather ()
              let counts = numbers (into.sum 0)

              let chiSquare =
                  seq { 10..245 }
                  |> Seq.sumBy (fun b ->
                      let p = float b / 255.0
                      (counts[b] - float repeats * p) ** 2.0 / (float repeats * p * (1.0 - p)))

              Expect.isLessThan (abs (chiSquareDeviation 236 chiSquare)) unlikely "236 levels"
              let first = numbers into
              gather ()
              Expect.notEqual (numbers into) first "the next call draws anew")
          torchTest "goes into any type and strides by the twin" (fun () ->
              let pixels = bytesOf (init 1L) 60
              let expected = numbers (kernel pixels 20 [| 2; 0 |] Binarisation.Drawn)
              let strided = torch.zeros(20, 2).t()

              PixelGather.Gather(
                  ReadOnlySpan pixels,
                  20,
                  ReadOnlySpan [| 2; 0 |],
                  strided,
                  Binarisation.Drawn,
                  stream ()
              )

              Expect.equal (numbers strided) expected "strided")
          torchTest "refuses rows that are not there, rooms that do not fit and draws without a stream" (fun () ->
              let gather (rows: int array) (into: torch.Tensor) mode (stream: CounterStream | null) =
                  PixelGather.Gather(
                      ReadOnlySpan(Array.zeroCreate<byte> 65),
                      20,
                      ReadOnlySpan rows,
                      into,
                      mode,
                      stream
                  )

              for row in [ -1; 3; Int32.MaxValue; Int32.MinValue ] do
                  Expect.throwsT<ArgumentOutOfRangeException>
                      (fun () -> gather [| 0; row |] (torch.zeros (2, 20)) Binarisation.None null)
                      $"row {row}"

              Expect.throwsT<ArgumentException>
                  (fun () -> gather [| 0 |] (torch.zeros (2, 20)) Binarisation.None null)
                  "room for two"

              for into in [ torch.zeros (1, 20); torch.zeros ([| 1L; 20L |], dtype = torch.float64) ] do
                  Expect.throwsT<ArgumentNullException>
                      (fun () -> gather [| 0 |] into Binarisation.Drawn null)
                      "no stream")
          torchTest "allocates nothing" (fun () ->
              let pixels, rows = bytesOf (init 1L) 7840, Array.init 64 (fun i -> i % 10)
              let into, stream = torch.empty (64, 784), stream ()

              for mode in modes do
                  let bytes =
                      allocated (fun () ->
                          PixelGather.Gather(ReadOnlySpan pixels, 784, ReadOnlySpan rows, into, mode, stream))

                  Expect.equal bytes 0L $"{mode}: bytes a call") ]

let alone =
    torchTest "PixelGather: equal bits for any number of threads" (fun () ->
        let pixels = bytesOf (init 1L) 78400
        let rows = Array.init 128 (fun i -> i * 37 % 100)

        expectSameOnThreads (fun () -> [], torch.cat [| for mode in modes -> kernel pixels 784 rows mode |]))
