module GenDisc.Core.Tests.Kernels.Random.UniformsTests

open System
open System.Runtime.Intrinsics
open Expecto
open TorchSharp
open GenDisc.Core.Kernels.Random
open GenDisc.Core.Tests.Kernels.Trials
open GenDisc.Core.Tests.Kernels.Random.Statistics
open GenDisc.Core.Tests.Modules.Building

let private draw (stream: CounterStream) n =
    use t = torch.empty [| int64 n |]
    BernoulliSampler.Fill(t, stream)
    t.data<float32>().ToArray()

let private stream seed = CounterStream(seed, "draws")
let private million = lazy (draw (stream 1L) (1 <<< 20))

let private expectOrdinary deviation what =
    Expect.isLessThan (abs deviation) unlikely what

let tests =
    testList
        "Uniforms"
        [ testCase "Philox4x32-10 gives the published numbers" (fun () ->
              // kat_vectors of Random123.
              Expect.equal
                  (Philox.Mix(0UL, 0u, 0u, 0u, 0u))
                  (struct (0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u))
                  "zeros"

              let ones = UInt32.MaxValue

              Expect.equal
                  (Philox.Mix(UInt64.MaxValue, ones, ones, ones, ones))
                  (struct (0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu))
                  "ones"

              Expect.equal
                  (Philox.Mix(0x299f31d0a4093822UL, 0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u))
                  (struct (0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u))
                  "digits of π")
          testCase "xoshiro128++ gives the published numbers in every lane" (fun () ->
              let state (i: uint32) = Vector256.Create i
              let mutable uniforms = Uniforms(state 1u, state 2u, state 3u, state 4u)

              for expected in [ 641u; 1573767u; 3222811527u; 3517856514u; 836907274u; 4247214768u ] do
                  Expect.equal (uniforms.NextBits()) (Vector256.Create expected) "next")
          torchTest "numbers lie strictly between 0 and 1, on a grid symmetric about ½" (fun () ->
              for u in million.Value do
                  let k = float u * float (1 <<< 24)
                  Expect.isTrue (u > 0f && u < 1f && k = floor k && int k % 2 = 1) $"{u}")
          torchTest "are even over 256 and over 65,536 boxes" (fun () ->
              for boxes in [ 256; 65536 ] do
                  let counts = Array.zeroCreate boxes

                  for u in million.Value do
                      let box = int (u * float32 boxes)
                      counts[box] <- counts[box] + 1

                  expectOrdinary (evenness counts) $"{boxes} boxes")
          torchTest "the last bits are even too" (fun () ->
              let counts = Array.zeroCreate 256

              for u in million.Value do
                  let box = (int (u * float32 (1 <<< 24)) >>> 1) &&& 255
                  counts[box] <- counts[box] + 1

              expectOrdinary (evenness counts) "256 endings")
          torchTest "pairs from any two of a block's generators fill the square" (fun () ->
              let eights = Array.chunkBySize 8 million.Value

              for a in 0..7 do
                  for b in 0..7 do
                      // A generator goes with its own next number.
                      let pairs =
                          if a = b then
                              eights |> Array.pairwise |> Array.map (fun (x, y) -> x[a], y[a])
                          else
                              eights |> Array.map (fun x -> x[a], x[b])

                      expectOrdinary (evenness (boxes 32 pairs)) $"generators {a} and {b}")
          torchTest "are not correlated at lags 1 to 16 and a block" (fun () ->
              for lag in [ 1..16 ] @ [ CounterStream.BlockSize ] do
                  expectOrdinary (serial lag million.Value) $"lag {lag}")
          torchTest "first numbers of successive blocks are not correlated" (fun () ->
              let firsts =
                  draw (stream 2L) (1 <<< 24)
                  |> Array.chunkBySize CounterStream.BlockSize
                  |> Array.map Array.head

              expectOrdinary (serial 1 firsts) "neighbours"
              let counts = Array.zeroCreate 64

              for u in firsts do
                  counts[int (u * 64f)] <- counts[int (u * 64f)] + 1

              expectOrdinary (evenness counts) "64 boxes")
          torchTest "streams of other names or seeds, and successive calls, are not correlated" (fun () ->
              let n = 1 <<< 18
              let first = stream 1L
              let one = draw first n
              expectOrdinary (correlation one (draw first n)) "the next call"

              for seed in 2L .. 9L do
                  expectOrdinary (correlation one (draw (stream seed) n)) $"seed {seed}"

              for name in [ "drawn"; "draws "; "noise"; "" ] do
                  expectOrdinary (correlation one (draw (CounterStream(1L, name)) n)) $"name '{name}'")
          torchTest "a stream goes on from a saved position" (fun () ->
              let original = stream 3L
              draw original 10000 |> ignore
              Expect.equal original.Position 3UL "three blocks begun"
              let after = draw original 5000
              Expect.equal (draw (CounterStream(3L, "draws", Position = 3UL)) 5000) after "the same numbers"
              Expect.notEqual (draw (CounterStream(3L, "draws")) 5000) after "not from the start")
          torchTest "beyond 2³² blocks the numbers are still new" (fun () ->
              let at position =
                  draw (CounterStream(3L, "draws", Position = position)) 64

              Expect.notEqual (at (1UL <<< 32)) (at 0UL) "the high half counts")
          kernelLaw "numbers do not depend on how a tensor is cut in whole blocks" (fun blocks rest _ ->
              let whole, parts = stream 4L, stream 4L
              let n = blocks * CounterStream.BlockSize + rest

              draw whole n =
                  Array.concat
                      [ for _ in 1..blocks do
                            draw parts CounterStream.BlockSize
                        draw parts rest ]
              && whole.Position = parts.Position) ]
