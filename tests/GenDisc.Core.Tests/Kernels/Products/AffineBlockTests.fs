module GenDisc.Core.Tests.Kernels.Products.AffineBlockTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Kernels.Autograd
open GenDisc.Core.Kernels.Products
open GenDisc.Core.Tests.Kernels.Trials
open GenDisc.Core.Tests.Modules.Building

type private Operation = delegate of torch.Tensor * torch.Tensor * torch.Tensor * bool -> torch.Tensor

let private kernel = Operation(fun x w b relu -> AffineBlock.Apply(x, w, b, relu))
let private twin = Operation(fun x w b relu -> AffineBlock.Twin(x, w, b, relu))

/// Result and gradients of input, weight and bias.
let private everything (operation: Operation) (x: torch.Tensor, w: torch.Tensor, b: torch.Tensor) relu gradient =
    let y = operation.Invoke(x, w, b, relu)
    y.backward (ResizeArray [ gradient ])
    [ y; taken x; taken w; taken b ]

let private arguments stream batch inputs outputs =
    leaf stream [ batch; inputs ], leaf stream [ outputs; inputs ], leaf stream [ outputs ]

let private same (a: torch.Tensor list) (b: torch.Tensor list) = List.forall2 (agrees 1e-5) a b

let tests =
    testList
        "AffineBlock"
        [ sizedLaw
              "value and gradients equal the twin's, within 1e-5 of the largest"
              [ 1, 40; 1, 70; 1, 150; 0, 1 ]
              (fun sizes stream ->
                  let batch, inputs, outputs, relu = sizes[0], sizes[1], sizes[2], sizes[3] = 1
                  let all = arguments stream batch inputs outputs
                  let g = floats stream [ batch; outputs ]
                  same (everything kernel all relu g) (everything twin all relu g))
          sizedLaw
              "NaN and infinities come out where the twin has them"
              [ 1, 20; 1, 20; 1, 20; 0, 2 ]
              (fun sizes stream ->
                  let batch, inputs, outputs = sizes[0], sizes[1], sizes[2]

                  let odd = [ nanf; infinityf; -infinityf ][sizes[3]]

                  let x, w, b = arguments stream batch inputs outputs

                  let spoil (t: torch.Tensor) =
                      t.detach().view(-1L).narrow(0, 0L, 1L).fill_(odd.ToScalar()) |> ignore

                  [ x; w; b ]
                  |> List.forall (fun t ->
                      spoil t
                      let g = floats stream [ batch; outputs ]

                      [ true; false ]
                      |> List.forall (fun relu ->
                          same (everything kernel (x, w, b) relu g) (everything twin (x, w, b) relu g))))
          torchTest "a gradient of any strides will do" (fun () ->
              let all = arguments (init 1L) 6 5 9
              let x, w, b = all

              let summed (operation: Operation) =
                  (operation.Invoke(x, w, b, true)).sum().backward()
                  [ taken x; taken w; taken b ]

              Expect.isTrue (same (summed kernel) (summed twin)) "expanded"
              let g = (floats (init 2L) [ 9; 6 ]).t()
              Expect.isTrue (same (everything kernel all true g) (everything twin all true g)) "transposed")
          torchTest "takes float32 matrices on the CPU in row-major order only" (fun () ->
              let x, w, b = arguments (init 1L) 6 5 9
              Expect.isTrue (AffineBlock.Fits(x, w, b)) "these"
              Expect.isFalse (AffineBlock.Fits((floats (init 1L) [ 5; 6 ]).t(), w, b)) "transposed"
              Expect.isFalse (AffineBlock.Fits(x.``to`` torch.float64, w, b)) "float64"
              Expect.isFalse (AffineBlock.Fits(floats (init 1L) [ 2; 6; 5 ], w, b)) "three dimensions"
              Expect.isFalse (AffineBlock.Fits(torch.zeros (0L, 5L), w, b)) "no row"
              Expect.isFalse (AffineBlock.Fits(floats (init 1L) [ 6; 4 ], w, b)) "another width"
              Expect.isFalse (AffineBlock.Fits(x, w, floats (init 1L) [ 8 ])) "a short bias")
          torchTest "a bias learns beside a frozen weight" (fun () ->
              let x, w, b =
                  floats (init 1L) [ 6; 5 ], floats (init 2L) [ 9; 5 ], leaf (init 3L) [ 9 ]

              (AffineBlock.Apply(x, w, b, false)).sum().backward()
              Expect.all (numbers (taken b)) (fun g -> g = 6.0) "the number of rows")
          torchTest "records nothing where no gradient is wanted" (fun () ->
              let x, w, b = arguments (init 1L) 6 5 9
              use _ = torch.no_grad ()
              Expect.isFalse (AffineBlock.Apply(x, w, b, true)).requires_grad "no graph")
          torchTest "an input that wants no gradient gets none" (fun () ->
              let _, w, b = arguments (init 1L) 6 5 9
              let x = floats (init 2L) [ 6; 5 ]
              (AffineBlock.Apply(x, w, b, false)).sum().backward()
              Expect.isNull x.grad "none"
              Expect.isNotNull w.grad "but the weight's")
          torchTest "frozen weight and bias get no gradient, and the input its own" (fun () ->
              for relu in [ false; true ] do
                  let w, b = floats (init 2L) [ 9; 5 ], floats (init 3L) [ 9 ]

                  let gradient (operation: Operation) =
                      let x = leaf (init 1L) [ 6; 5 ]
                      (operation.Invoke(x, w, b, relu)).sum().backward()
                      taken x

                  Expect.isTrue (agrees 1e-5 (gradient kernel) (gradient twin)) "the input's"
                  Expect.isTrue (isNull w.grad && isNull b.grad) "none")
          torchTest "a second pass over one graph is refused" (fun () ->
              let x, w, b = arguments (init 1L) 6 5 9
              let y = AffineBlock.Apply(x, w, b, true)
              use roots = new Roots()
              roots.Add(y, torch.ones_like y)
              roots.Backward()
              Expect.throwsT<InvalidOperationException> (fun () -> roots.Backward()) "already used") ]

// Sequenced: the number of threads is that of the whole process.
let threads =
    testSequenced
    <| testList
        "AffineBlock with threads"
        [ torchTest "bias, mask and sums do not depend on the number of threads" (fun () ->
              let gradient = floats (init 1L) [ 100; 300 ]
              let result = floats (init 2L) [ 100; 300 ]

              let masked, sums = torch.empty (100L, 300L), torch.empty 300L

              expectSameOnThreads (fun () ->
                  Columns.MaskAndSum(gradient.Handle, result.Handle, 100, 300, masked.Handle, sums.Handle)
                  Columns.AddBias(masked.Handle, 100, 300, sums.Handle, true)
                  [], masked)) ]
