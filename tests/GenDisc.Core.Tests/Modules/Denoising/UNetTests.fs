module GenDisc.Core.Tests.Modules.Denoising.UNetTests

open Expecto
open TorchSharp
open GenDisc.Core.Modules.Denoising
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Modules.Building

let private single (x: torch.Tensor) = x.``to`` torch.float32

/// A network over examples of a shape, and such examples.
type private Kind =
    { Name: string
      Build: bool -> int -> int list -> RandomStream -> bool -> DenoisingNetwork
      Shape: RandomStream -> int list }

let private images =
    { Name = "UNet"
      Build =
        fun attention classes shape init kernels ->
            new UNet(UNetOptions(shape[0], shape[1], shape[2], 8, attention, classes), init, kernels)
      Shape = fun stream -> [ 1 + stream.NextInt 3; 4 + stream.NextInt 12; 4 + stream.NextInt 12 ] }

let private sequences =
    { Name = "UNet1d"
      Build =
        fun attention classes shape init kernels ->
            new UNet1d(UNet1dOptions(shape[0], shape[1], 8, attention, classes), init, kernels)
      Shape = fun stream -> [ 4 + stream.NextInt 30; 1 + stream.NextInt 3 ] }

let private examples stream batch shape =
    let size = List.fold (*) 1 shape
    single (tensorOf (batch :: shape) (gaussians stream (batch * size)))

let private times stream batch =
    single (tensorOf [ batch ] (uniforms stream batch))

/// Every parameter drawn anew, so that nothing is zero.
let private stir (stream: RandomStream) (network: DenoisingNetwork) =
    use _ = torch.no_grad ()

    for p in network.parameters () do
        let values = gaussians stream (int (p.numel ())) |> Array.map (fun v -> 0.2 * v)
        p.copy_ (torch.tensor(values).reshape p.shape) |> ignore

let private lawsOf kind =
    testList
        kind.Name
        [ torchLaw "starts from the prediction 0, in the shape of the examples, odd sides too" (fun batch _ stream ->
              let shape = kind.Shape stream
              use network = kind.Build (stream.NextInt 2 = 0) 0 shape stream true
              let x = examples stream batch shape
              let y = network.Predict(x, times stream batch, null)
              y.shape = x.shape && Array.forall ((=) 0.0) (numbers y))
          torchLaw "predicts each example alone" (fun batch _ stream ->
              let shape = kind.Shape stream
              use network = kind.Build true 0 shape stream true
              stir stream network
              let x, t = examples stream batch shape, times stream batch
              let all = network.Predict(x, t, null)
              let one = network.Predict(x.narrow (0, 0L, 1L), t.narrow (0, 0L, 1L), null)
              allClose 1e-3 (numbers (all.narrow (0, 0L, 1L))) (numbers one))
          torchLaw "kernels change neither prediction nor gradient" (fun batch _ stream ->
              let shape = kind.Shape stream
              let attends = stream.NextInt 2 = 0
              let x, t = examples stream batch shape, times stream batch
              let labels = torch.zeros (int64 batch, dtype = torch.int64)

              let results =
                  [ for kernels in [ true; false ] do
                        use network = kind.Build attends 3 shape (init 1L) kernels
                        stir (init 2L) network
                        let y = network.Predict(x, t, labels)
                        y.square().mean().backward()

                        [| numbers y
                           for p in network.parameters () do
                               match p.grad with
                               | null -> failtest "no gradient"
                               | g -> numbers g |] ]

              let near (a: float array) (b: float array) =
                  let largest = Seq.append a b |> Seq.map abs |> Seq.fold max 1e-3
                  Array.forall2 (fun x y -> abs (x - y) <= 1e-3 * largest) a b

              Array.forall2 near results[0] results[1])
          torchTest "time and class change the prediction" (fun () ->
              let stream = init 3L
              let shape = kind.Shape stream
              use network = kind.Build false 2 shape stream true
              stir stream network
              let x = examples stream 1 shape

              let at (t: float) (label: int64) =
                  numbers (network.Predict(x, single (torch.tensor [| t |]), torch.tensor [| label |]))

              Expect.equal (at 0.3 0L) (at 0.3 0L) "the same"
              Expect.notEqual (at 0.3 0L) (at 0.9 0L) "another time"
              Expect.notEqual (at 0.3 0L) (at 0.3 1L) "another class"
              Expect.notEqual (at 0.3 0L) (at 0.3 2L) "not told")
          torchTest "equal streams give equal networks" (fun () ->
              let shape = kind.Shape(init 4L)

              let build seed =
                  kind.Build true 2 shape (init seed) true

              use a = build 1L
              use b = build 1L
              use c = build 2L
              Expect.equal (bits a) (bits b) "the same"
              Expect.notEqual (bits a) (bits c) "another")
          testSequenced
          <| torchTest "leaves no tensor behind" (fun () ->
              let stream = init 5L
              let shape = kind.Shape stream
              use network = kind.Build true 0 shape stream true
              let x, t = examples stream 2 shape, times stream 2

              let once () =
                  use _scope = torch.NewDisposeScope()
                  network.Predict(x, t, null).sum().backward()

              once ()
              let before = liveTensors ()
              once ()
              once ()
              Expect.equal torch.Tensor.TotalCount before "tensors") ]

let tests =
    testList
        "Denoising"
        [ lawsOf images
          lawsOf sequences
          torchTest "every pixel of an image is seen from every other" (fun () ->
              let stream = init 6L
              use network = images.Build false 0 [ 1; 28; 28 ] stream true
              stir stream network
              let x = (examples stream 1 [ 1; 28; 28 ]).requires_grad_ true
              let y = network.Predict(x, times stream 1, null)
              y[0L, 0L, 14L, 14L].backward()

              match x.grad with
              | null -> failtest "no gradient"
              | g -> Expect.all (numbers g) (fun v -> v <> 0.0) "seen")
          torchTest "channels that are no multiple of 8 are refused" (fun () ->
              Expect.throwsT<System.ArgumentException>
                  (fun () -> (new UNet(UNetOptions(1, 8, 8, 12, false, 0), init 1L, true)).Dispose())
                  "12") ]
