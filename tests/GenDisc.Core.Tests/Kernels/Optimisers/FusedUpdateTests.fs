module GenDisc.Core.Tests.Kernels.Optimisers.FusedUpdateTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Kernels
open GenDisc.Core.Kernels.Native
open GenDisc.Core.Kernels.Optimisers
open GenDisc.Core.Runtime
open GenDisc.Core.Training
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Kernels.Optimisers.Updating

/// Values of parameters after some steps on some threads, and the norm before each.
let private trajectory (options: OptimiserOptions) (threads: int) =
    let before = torch.get_num_threads ()
    TorchRuntime.UseThreads(Nullable threads) |> ignore

    try
        use _scope = torch.NewDisposeScope()
        let source = generator 5L
        let shapes = [ [ 300; 301 ]; [ 3 ]; [ 40000 ]; [ 17 ]; [ 129; 7 ] ]

        let parameters =
            shapes |> List.map (fun s -> new Modules.Parameter(normal source s))

        use update = ParameterUpdate.For(options, Array.ofList parameters, true)

        let norms =
            [ for _ in 1..5 do
                  for p, s in List.zip parameters shapes do
                      p.grad <- normal source s

                  update.GradientNorm()
                  update.Step(0.01, 0.7) ]

        norms, parameters |> List.map (fun p -> p.detach().bytes.ToArray())
    finally
        TorchRuntime.UseThreads(Nullable before) |> ignore

let private laws =
    testList
        "laws"
        [ law 60 "is its twin" (fun options shapes steps seed ->
              let source = generator seed
              let choice = Random(int seed)
              use pair = new Pair(options, shapes |> List.map (normal source))

              [ 1..steps ]
              |> List.forall (fun step ->
                  let gradients =
                      shapes
                      |> List.map (fun shape ->
                          if choice.Next 5 = 0 then
                              None
                          else
                              Some(gradient source (choice.Next 3 = 0) shape))

                  pair.Step(gradients, 0.1 / float step, [| 1.0; 0.5; 0.037; 3.0 |][choice.Next 4])

                  pair.Agrees(1e-6 * float step)
                  && pair.Parameters |> List.forall (hasGradient >> not)))
          law 30 "hands NaN and infinity on as its twin does" (fun options shapes _ seed ->
              let source = generator seed
              let choice = Random(int seed)
              use pair = new Pair(options, shapes |> List.map (normal source))

              let spoilt shape =
                  let g = normal source shape

                  if g.numel () > 0L then
                      let bad =
                          [| Double.NaN; Double.PositiveInfinity; Double.NegativeInfinity; 1e30 |][choice.Next 4]

                      g.view(-1L)[choice.NextInt64(g.numel ())] <- torch.tensor (float32 bad)

                  Some g

              pair.Step(List.map spoilt shapes, 0.1, 0.5)
              let isAlike = pair.Agrees 1e-6
              pair.Step(List.map (normal source >> Some) shapes, 0.1, 1.0)
              isAlike && pair.Agrees 2e-6)
          law 30 "the norm is the root of the sum of squares" (fun options shapes _ seed ->
              let source = generator seed
              use pair = new Pair(options, shapes |> List.map (normal source))
              let gradients = shapes |> List.map (gradient source true)

              let expected =
                  gradients |> Seq.collect numbers |> Seq.sumBy (fun g -> g * g) |> sqrt

              for p, g in List.zip pair.Parameters (gradients @ gradients) do
                  p.grad <- g

              close 1e-12 (pair.Fused.GradientNorm()) expected
              && close 1e-12 (pair.Twin.GradientNorm()) expected
              && pair.Parameters |> List.forall hasGradient) ]

let private cases =
    testList
        "cases"
        [ eachKind "a parameter without a gradient keeps its value and its state" (fun options ->
              let source = generator 1L
              use pair = new Pair(options, [ normal source [ 9 ]; normal source [ 20 ] ])
              let given () = Some(normal source [ 20 ])
              let before = numbers pair.Parameters[0]
              pair.Step([ None; given () ], 0.1, 1.0)
              pair.Step([ None; given () ], 0.1, 1.0)
              Expect.equal (numbers pair.Parameters[0]) before "not moved"
              // Its first step is the first one for it, whatever the others have behind them.
              let late = normal source [ 9 ]
              pair.Step([ Some late; given () ], 0.1, 1.0)
              use alone = new Pair(options, [ torch.tensor(before).to_type torch.float32 ])
              alone.Step([ Some late ], 0.1, 1.0)
              Expect.equal (numbers pair.Parameters[0]) (numbers alone.Parameters[0]) "first step"
              Expect.isTrue (pair.Agrees 3e-6) "as the twin")
          eachKind "nothing has a gradient" (fun options ->
              use pair = new Pair(options, [ torch.ones 3L ])
              pair.Step([ None ], 0.1, 0.5)
              Expect.equal (numbers pair.Parameters[0]) [| 1.0; 1.0; 1.0 |] "not moved"
              Expect.equal (pair.Fused.GradientNorm()) 0.0 "norm"
              Expect.equal (pair.Twin.GradientNorm()) 0.0 "norm")
          eachKind "strides and type of a gradient do not matter" (fun options ->
              let source = generator 2L
              let start = normal source [ 33; 21 ]
              let steep = (normal source [ 21; 33 ]).t()

              let after (g: torch.Tensor) =
                  let p = new Modules.Parameter(start.clone ())
                  use update = ParameterUpdate.For(options, [| p |], true)
                  p.grad <- g
                  let norm = update.GradientNorm()
                  update.Step(0.1, 0.5)
                  norm, numbers p

              let expected = after (steep.contiguous ())
              Expect.equal (after steep) expected "transposed"
              Expect.equal (after (steep.to_type torch.float64)) expected "float64"

              Expect.equal
                  (after (torch.ones(1L).expand(33L, 21L)))
                  (after (torch.ones (33L, 21L)))
                  "expanded from a single number")
          torchTest "the first step of Adam is the rate against the sign of the gradient" (fun () ->
              let g = normal (generator 3L) [ 1000 ]
              use pair = new Pair(kinds[0], [ torch.zeros 1000L ])
              pair.Step([ Some g ], 0.25, 2.0)
              // |g| / (|g| + ε), with ε = 1e-8.
              let expected =
                  numbers g |> Array.map (fun g -> -0.25 * 2.0 * g / (2.0 * abs g + 1e-8))

              Expect.isTrue (allClose 2e-7 (numbers pair.Parameters[0]) expected) "rate × sign")
          torchTest "heavy ball by hand, with a decay" (fun () ->
              use pair = new Pair(kinds[7], [ torch.tensor [| 2.0f |] ])
              let g = Some(torch.tensor [| 6.0f |])
              // g = 3 + 0.3 × 2 = 3.6, θ = 2 − 0.36; then v = 0.9 × 3.6 + 3 + 0.3 × 1.64 = 6.732.
              pair.Step([ g ], 0.1, 0.5)
              pair.Step([ g ], 0.1, 0.5)
              Expect.isTrue (close 1e-6 (single pair.Parameters[0]) (1.64 - 0.6732)) "two steps")
          torchTest "backward passes hand over their own buffers" (fun () ->
              use pair = new Pair(kinds[4], [ torch.ones 4L ])
              let p = pair.Parameters[0]

              for _ in 1..3 do
                  (p * p).sum().backward()
                  pair.Fused.Step(0.25, 1.0)
              // θ ← θ − 0.25 × 2 θ: nothing is added up.
              Expect.equal (numbers p) (Array.create 4 0.125) "three halvings"
              (p * p).sum().backward()
              pair.Fused.DropGradients()
              Expect.isFalse (hasGradient p) "dropped")
          torchTest "a graph from before a step is refused after it" (fun () ->
              use pair = new Pair(kinds[0], [ torch.ones 4L; torch.ones 4L ])

              for first, second, update in
                  [ pair.Parameters[0], pair.Parameters[1], pair.Fused
                    pair.Parameters[2], pair.Parameters[3], pair.Twin ] do
                  let changed = (first * first).sum()
                  let unchanged = (second * second).sum()
                  first.grad <- torch.ones 4L
                  update.Step(0.1, 1.0)
                  Expect.throws (fun () -> changed.backward ()) "stale"
                  unchanged.backward ())
          torchTest "a gradient of another shape is refused" (fun () ->
              use pair = new Pair(kinds[0], [ torch.ones (4L, 2L) ])

              for p, update in List.zip pair.Parameters [ pair.Fused; pair.Twin ] do
                  p.grad <- torch.ones (2L, 4L)
                  Expect.throwsT<InvalidOperationException> (fun () -> update.Step(0.1, 1.0)) "step"
                  Expect.throwsT<InvalidOperationException> (fun () -> update.GradientNorm() |> ignore) "norm"
                  p.grad <- torch.ones (4L, 2L)
                  update.Step(0.1, 1.0)

              Expect.isTrue (pair.Agrees 1e-6) "goes on as if nothing had been")
          torchTest "what a kernel cannot take goes to the twin" (fun () ->
              let isFused kernels (parameters: Modules.Parameter list) =
                  use update = ParameterUpdate.For(kinds[0], Array.ofList parameters, kernels)
                  update :? FusedUpdate

              let plain = new Modules.Parameter(torch.ones (3L, 2L))
              Expect.equal (isFused true [ plain ]) Simd.Available "float32"
              Expect.isFalse (isFused false [ plain ]) "on request"
              Expect.isFalse (isFused true [ plain; plain ]) "twice the same"

              Expect.isFalse
                  (isFused true [ plain; new Modules.Parameter(torch.ones (3L, dtype = torch.float64)) ])
                  "float64"

              Expect.isFalse (isFused true [ new Modules.Parameter(torch.ones(3L, 2L).t()) ]) "transposed")
          eachKind "a step takes no managed memory" (fun options ->
              let source = generator 4L
              let shapes = [ [ 100; 301 ]; [ 301 ]; [ 7 ] ]

              let parameters =
                  shapes |> List.map (fun s -> new Modules.Parameter(normal source s))

              let update = ParameterUpdate.For(options, Array.ofList parameters, true)
              let gradients = shapes |> List.map (normal source)

              let bytes =
                  [ for _ in 1..100 do
                        List.iter2 (fun (p: Modules.Parameter) g -> p.grad <- g) parameters gradients
                        let before = GC.GetAllocatedBytesForCurrentThread()
                        let norm = update.GradientNorm()
                        update.Step(0.01, 1.0 / norm)
                        GC.GetAllocatedBytesForCurrentThread() - before ]

              update.Dispose()
              Expect.all (List.skip 50 bytes) ((=) 0L) "bytes a step")
          torchTest "after disposal it refuses" (fun () ->
              let update =
                  ParameterUpdate.For(kinds[0], [| new Modules.Parameter(torch.ones 3L) |], true)

              update.Dispose()
              update.Dispose()
              Expect.throwsT<ObjectDisposedException> (fun () -> update.Step(0.1, 1.0)) "step") ]

// Sequenced: threads, kept memory and live tensors are those of the whole process.
let private alone =
    testSequenced
    <| testList
        "alone"
        [ eachKind "one thread and two give the same bits" (fun options ->
              Expect.equal (trajectory options 2) (trajectory options 1) "norms and values")
          test "state and views end with it" {
              use p = new Modules.Parameter(torch.ones 100000L)

              let once () =
                  use update = ParameterUpdate.For(kinds[0], [| p |], true)
                  use g = torch.ones 100000L
                  p.grad <- g
                  update.Step(0.1, 1.0)

              once ()
              let tensors = torch.Tensor.TotalCount
              let memory = Memory.Taken

              for _ in 1..20 do
                  once ()

              Expect.equal torch.Tensor.TotalCount tensors "live tensors"
              Expect.equal Memory.Taken memory "memory"
          } ]

let tests = testList "FusedUpdate" [ laws; cases; alone ]
