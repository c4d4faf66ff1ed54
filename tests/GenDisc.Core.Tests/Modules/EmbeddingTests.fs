module GenDisc.Core.Tests.Modules.EmbeddingTests

open Expecto
open TorchSharp
open GenDisc.Core.Modules
open GenDisc.Core.Tests.Modules.Building

let private oneHot count (level: int) =
    Array.init count (fun i -> if i = level then 1.0 else 0.0)

let tests =
    testList
        "Embedding"
        [ torchLaw "passes numbers through and puts each category's row in its place" (fun batch size stream ->
              let numeric = stream.NextInt 3
              let levels = [| for _ in 0 .. stream.NextInt 3 -> 1 + stream.NextInt 4 |]
              use layer = new Embedding(numeric, levels, size, stream)
              let table = numbers (layer.state_dict()["weight"]) |> Array.chunkBySize size
              let starts = Array.scan (+) 0 levels

              // −1 is an unknown category.
              let rows =
                  [| for _ in 1..batch ->
                         gaussians stream numeric, [| for count in levels -> stream.NextInt(count + 1) - 1 |] |]

              let input =
                  [| for values, chosen in rows do
                         yield! values
                         yield! Array.collect (fun (count, level) -> oneHot count level) (Array.zip levels chosen) |]

              let expected =
                  [| for values, chosen in rows do
                         yield! values

                         for i, level in Array.indexed chosen do
                             yield! (if level < 0 then Array.zeroCreate size else table[starts[i] + level]) |]

              let y =
                  layer.call ((tensorOf [ batch; numeric + Array.sum levels ] input).``to`` torch.float32)

              y.shape = [| int64 batch; int64 (numeric + size * levels.Length) |]
              && allClose 1e-6 expected (numbers y))
          torchTest "learns the rows that it has seen" (fun () ->
              use layer = new Embedding(1, [| 2; 3 |], 2, init 1L)
              let x = torch.tensor([| 5.0f; 0.0f; 1.0f; 1.0f; 0.0f; 0.0f |]).reshape(1L, 6L)
              layer.call(x).sum().backward()
              let slope = layer.parameters () |> Seq.exactlyOne |> _.grad |> Unchecked.nonNull
              Expect.equal (numbers slope) [| 0.0; 0.0; 1.0; 1.0; 1.0; 1.0; 0.0; 0.0; 0.0; 0.0 |] "gradient")
          torchTest "starts uniform within ±1/√size, from its stream alone" (fun () ->
              use layer = new Embedding(2, [| 50; 30 |], 16, init 1L)
              use again = new Embedding(2, [| 50; 30 |], 16, init 1L)
              use other = new Embedding(2, [| 50; 30 |], 16, init 2L)
              Expect.equal (bits again) (bits layer) "equal streams"
              Expect.notEqual (bits other) (bits layer) "another stream"
              Expect.all (numbers (layer.state_dict()["weight"])) (fun w -> abs w <= 0.25) "bound") ]
