module GenDisc.Core.Tests.Models.Diffusion.DiffusionModelTests

open System
open System.Threading
open Expecto
open TorchSharp
open GenDisc.Core.Models.Diffusion
open GenDisc.Core.Models.Diffusion.Sampling
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Diffusion.Gaussians

let private schedule = NoiseSchedule.Cosine 40

let private told target unit =
    diffusionOf (network 2 3 5L) schedule (options [ 2 ] target 3 unit (Ddim 4))

let private labels = lazy (torch.tensor [| 0L; 2L; 1L; 1L |])

let private bytesOf (t: torch.Tensor) = t.contiguous().bytes.ToArray()

/// Examples of 20,000 numbers, so that ten of them are drawn at once.
let private wide answer =
    diffusionOf (new Spy(answer)) schedule (options [ 20000 ] DiffusionTarget.Noise 0 false (Ddpm 3))

let tests =
    testList
        "DiffusionModel"
        [ torchTest "guidance 0 leaves the class aside and 1 follows it, bit for bit" (fun () ->
              for target in Enum.GetValues<DiffusionTarget>() do
                  for unit in [ false; true ] do
                      use model = told target unit
                      let labels = labels.Value
                      let x = (normals 1L 4 2).``to`` torch.float32
                      let steps = torch.ones (4L, dtype = torch.int64) * 20
                      let zero, one = model.Guided(x, 20, labels, 0.0), model.Guided(x, 20, labels, 1.0)
                      let free, bound = model.Guided(x, 20, null, 3.0), model.Read(x, steps, labels)
                      Expect.equal (bytesOf zero.Data) (bytesOf free.Data) "unconditional"
                      Expect.equal (bytesOf zero.Noise) (bytesOf free.Noise) "its noise"
                      Expect.equal (bytesOf one.Data) (bytesOf bound.Data) "conditional"
                      Expect.equal (bytesOf one.Noise) (bytesOf bound.Noise) "its noise"
                      Expect.notEqual (bytesOf zero.Data) (bytesOf one.Data) "the class matters"

                      if not unit then
                          let more = model.Guided(x, 20, labels, 2.5)
                          let wanted = zero.Data + (one.Data - zero.Data) * 2.5
                          Expect.isTrue (allClose 1e-5 (numbers more.Data) (numbers wanted)) "in between and beyond")

          torchTest "the two estimates tell the same, whatever is predicted" (fun () ->
              for target in Enum.GetValues<DiffusionTarget>() do
                  for unit in [ false; true ] do
                      use model = told target unit
                      let x = (normals 1L 4 2).``to`` torch.float32

                      for t in [ 1; 20; 39 ] do
                          let found = model.At(x, t, null)
                          let again = found.Data * schedule.Signal t + found.Noise * schedule.Noise t
                          Expect.isTrue (allClose 1e-4 (numbers again) (numbers x)) $"{target} at {t}")

          torchTest "the right answer leads back to the clean example" (fun () ->
              for target in Enum.GetValues<DiffusionTarget>() do
                  let clean, noise =
                      (normals 1L 5 2).``to`` torch.float32, (normals 2L 5 2).``to`` torch.float32

                  let steps = torch.tensor [| 1L; 10L; 20L; 30L; 39L |]

                  use blank =
                      diffusionOf (new Spy(zeros)) schedule (options [ 2 ] target 0 false (Ddim 4))

                  let answer = blank.Target(clean, steps, noise)

                  use knowing =
                      diffusionOf (new Spy(fun _ -> answer.alias ())) schedule (options [ 2 ] target 0 false (Ddim 4))

                  let found = knowing.Read(knowing.Noised(clean, steps, noise), steps, null)
                  Expect.isTrue (allClose 1e-3 (numbers found.Data) (numbers clean)) $"{target}: x₀"
                  Expect.isTrue (allClose 1e-3 (numbers found.Noise) (numbers noise)) $"{target}: ε")

          torchTest "samples come in chunks, the same for a seed, and the first the same however many" (fun () ->
              use model = wide zeros
              Expect.equal model.Chunk 10 "at once"

              let sample count =
                  use draws = generator 3L
                  model.Sample(count, null, draws)

              let some, more = sample 20, sample 25
              Expect.equal more.shape [| 25L; 20000L |] "all of them"
              Expect.equal (bytesOf (sample 25)) (bytesOf more) "again"
              Expect.equal (bytesOf (more.narrow (0L, 0L, 20L))) (bytesOf some) "full chunks"

              Expect.notEqual
                  (bytesOf (more.narrow (0L, 0L, 5L)))
                  (bytesOf (more.narrow (0L, 20L, 5L)))
                  "chunks differ")

          torchTest "of a class, each example follows its own label across chunks" (fun () ->
              use model = told DiffusionTarget.Velocity false
              let count = model.Chunk + 3
              let asked = torch.tensor [| for i in 0 .. count - 1 -> int64 (i % 3) |]
              use draws = generator 3L
              let whole = model.Sample(count, asked, draws)
              use again = generator 3L

              model.Sample(model.Chunk, asked.narrow (0L, 0L, int64 model.Chunk), again)
              |> ignore

              let rest = model.Sample(3, asked.narrow (0L, int64 model.Chunk, 3L), again)
              Expect.equal (bytesOf (whole.narrow (0L, int64 model.Chunk, 3L))) (bytesOf rest) "the last three")

          test "memory stays flat over chunks" {
              use model = wide zeros
              use draws = generator 1L

              let live = ResizeArray<int64>()

              let watch =
                  { new ISamplingWatch with
                      member _.Moved(``done``, _, _, x, _) =
                          if ``done`` = 3 then
                              live.Add torch.Tensor.TotalCount

                          x }

              let before = liveTensors ()
              use _samples = model.Sample(100, null, draws, watch)
              Expect.equal torch.Tensor.TotalCount (before + 1L) "the samples alone are left"
              Expect.equal (List.ofSeq live) (List.replicate 10 live[0]) "ten chunks"
          }

          torchTest "progress rises to 1" (fun () ->
              use model = wide zeros
              use draws = generator 1L
              let shares = ResizeArray<float>()
              model.Sample(25, null, draws, null, Action<float> shares.Add) |> ignore
              Expect.equal shares.Count 9 "three moves of three chunks"
              Expect.isTrue (Seq.pairwise shares |> Seq.forall (fun (a, b) -> a < b)) "rises"
              Expect.isTrue (close 1e-12 (Seq.last shares) 1.0) "to the end")

          torchTest "a stop is heard" (fun () ->
              use model = wide zeros
              use draws = generator 1L
              use source = new CancellationTokenSource()
              let told = ResizeArray<float>()

              Expect.throwsT<OperationCanceledException>
                  (fun () ->
                      model.Sample(
                          25,
                          null,
                          draws,
                          null,
                          Action<float>(fun share ->
                              told.Add share
                              source.Cancel()),
                          source.Token
                      )
                      |> ignore)
                  "stopped"

              Expect.equal told.Count 1 "at once")

          torchTest "samples that are not finite are no samples" (fun () ->
              for bad in [ nan; infinity ] do
                  use model = wide (fun x -> torch.ones_like x * bad)
                  use draws = generator 1L

                  try
                      model.Sample(2, null, draws) |> ignore
                      failtest "not told"
                  with :? UserError as e ->
                      Expect.stringStarts e.Message "samples are not finite" "what"
                      Expect.stringContains e.Message "lower learning rate" "what to do") ]
    |> testSequenced
