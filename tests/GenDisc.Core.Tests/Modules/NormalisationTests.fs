module GenDisc.Core.Tests.Modules.NormalisationTests

open Expecto
open TorchSharp
open GenDisc.Core.Modules
open GenDisc.Core.Tests.Modules.Building

let private moments (values: float array) =
    let mean = Array.average values
    mean, values |> Array.averageBy (fun v -> (v - mean) ** 2.0)

let private standard values =
    let mean, variance = moments values
    abs mean < 1e-3 && abs (variance - 1.0) < 1e-2

let private batchOf (shape: int list) =
    let n = List.reduce (*) shape
    (tensorOf shape (gaussians (init 1L) n |> Array.map (fun v -> 5.0 + 3.0 * v))).``to`` torch.float32

let tests =
    testList
        "Normalisation"
        [ torchTest "batch normalisation makes every feature standard in training" (fun () ->
              use layer = Normalisation.Batch(3, images = false)
              let columns = numbers (layer.call(batchOf [ 64; 3 ]).t()) |> Array.chunkBySize 64
              Expect.all columns standard "features"
              use layer = Normalisation.Batch(2, images = true)
              let y = layer.call (batchOf [ 8; 2; 4; 4 ])
              let channels = numbers (y.transpose (0L, 1L)) |> Array.chunkBySize (8 * 16)
              Expect.all channels standard "channels")
          torchTest "batch normalisation keeps running statistics as buffers and uses them in evaluation" (fun () ->
              use layer = Normalisation.Batch(1, images = false)
              let x = batchOf [ 64; 1 ]
              layer.call x |> ignore
              let mean, variance = moments (numbers x)
              let state = layer.state_dict ()

              Expect.equal
                  (Seq.sort state.Keys |> List.ofSeq)
                  [ "bias"; "num_batches_tracked"; "running_mean"; "running_var"; "weight" ]
                  "state"

              Expect.isTrue (close 1e-4 (single state["running_mean"]) (0.1 * mean)) "a tenth of the way to the mean"
              let unbiased = variance * 64.0 / 63.0
              Expect.isTrue (close 1e-4 (single state["running_var"]) (0.9 + 0.1 * unbiased)) "and to the variance"
              layer.eval ()
              let y = layer.call (torch.zeros (1L, 1L))
              let expected = -0.1 * mean / sqrt (0.9 + 0.1 * unbiased + 1e-5)
              Expect.isTrue (close 1e-4 (single y) expected) "one example, by running statistics")
          torchTest "layer normalisation makes every example standard" (fun () ->
              use layer = Normalisation.Layer [| 2L; 4L; 4L |]
              let rows = numbers (layer.call (batchOf [ 5; 2; 4; 4 ])) |> Array.chunkBySize 32
              Expect.all rows standard "examples") ]
