module GenDisc.Core.Tests.Kernels.Boltzmann.ClassLogitsTests

open Expecto
open TorchSharp
open GenDisc.Core.Kernels.Autograd
open GenDisc.Core.Kernels.Boltzmann
open GenDisc.Core.Tests.Kernels.Trials
open GenDisc.Core.Tests.Modules.Building

type private Operation = delegate of torch.Tensor * torch.Tensor * torch.Tensor -> torch.Tensor

let private kernel = Operation(fun o u d -> ClassLogits.Apply(o, u, d))
let private twin = Operation(fun o u d -> ClassLogits.Twin(o, u, d))

/// Logits and gradients of o, U and d.
let private everything
    (operation: Operation)
    (o: torch.Tensor, u: torch.Tensor, d: torch.Tensor)
    (gradient: torch.Tensor)
    =
    let y = operation.Invoke(o, u, d)
    y.backward (ResizeArray [ gradient ])
    GradientNode.ThrowIfFailed()
    [ y; taken o; taken u; taken d ]

let private arguments stream batch hidden classes =
    leaf stream [ batch; hidden ], leaf stream [ hidden; classes ], leaf stream [ classes ]

let private inDouble (t: torch.Tensor) =
    (doubled (t.detach ())).requires_grad_ true

let private agree a b = List.forall2 (agrees 1e-5) a b

let tests =
    testList
        "ClassLogits"
        [ sizedLaw
              "value and gradients equal the twin's in double precision"
              [ 1, 20; 1, 90; 1, 12 ]
              (fun sizes stream ->
                  let o, u, d = arguments stream sizes[0] sizes[1] sizes[2]
                  let g = floats stream [ sizes[0]; sizes[2] ]

                  agree
                      (everything kernel (o, u, d) g)
                      (everything twin (inDouble o, inDouble u, inDouble d) (doubled g)))
          torchTest "more hidden units than share a logarithm, at any size of their logits" (fun () ->
              for hidden in [ 511; 512; 513; 1500 ] do
                  for scale in [ 0.0; 1e-3; 1.0; 30.0; 1e4 ] do
                      let o, u, d = arguments (init 1L) 3 hidden 5
                      o.detach().mul_(scale.ToScalar()) |> ignore
                      u.detach().mul_(scale.ToScalar()) |> ignore
                      let g = floats (init 2L) [ 3; 5 ]

                      Expect.isTrue
                          (agree
                              (everything kernel (o, u, d) g)
                              (everything twin (inDouble o, inDouble u, inDouble d) (doubled g)))
                          $"{hidden} units, {scale}")
          torchTest "known values" (fun () ->
              use _ = torch.no_grad ()
              let logits o u d = numbers (ClassLogits.Apply(o, u, d))

              let zeros =
                  logits (torch.zeros (1L, 3L)) (torch.zeros (3L, 2L)) (torch.tensor [| 0f; 1f |])

              Expect.isTrue (Array.forall2 (same 1e-6) zeros [| 3.0 * log 2.0; 3.0 * log 2.0 + 1.0 |]) "3 log 2"

              let large =
                  logits (torch.full (1L, 2L, 1e4)) (torch.full (2L, 1L, 1e4)) (torch.zeros 1L)

              Expect.equal large [| 4e4 |] "2 · 2·10⁴"
              // exp of each would overflow and vanish; together they are 0.
              let opposed =
                  logits (torch.full (1L, 2L, 1e4)) (torch.full (2L, 1L, -1e4)) (torch.zeros 1L)

              Expect.isTrue (same 1e-6 opposed[0] (2.0 * log 2.0)) "2 log 2"

              Expect.equal
                  (logits (torch.full (1L, 9L, -1e4)) (torch.zeros (9L, 1L)) (torch.zeros 1L))
                  [| 0.0 |]
                  "none on")
          sizedLaw "NaN and infinities come out where the twin has them" [ 1, 6; 1, 20; 1, 11 ] (fun sizes stream ->
              let all = arguments stream sizes[0] sizes[1] sizes[2]
              let o, u, d = all
              let g = floats stream [ sizes[0]; sizes[2] ]

              List.allPairs [ o; u; d ] [ nanf; infinityf; -infinityf; 1e4f; -1e4f ]
              |> List.forall (fun (t, odd) ->
                  let last = t.detach().view(-1L).narrow(0, t.numel () - 1L, 1L)
                  let before = last.clone ()
                  last.fill_ (odd.ToScalar()) |> ignore
                  let equal = agree (everything kernel all g) (everything twin all g)
                  last.copy_ before |> ignore
                  equal))
          torchTest "a gradient of any strides will do" (fun () ->
              let o, u, d = arguments (init 1L) 6 13 9

              let summed (operation: Operation) =
                  operation.Invoke(o, u, d).sum().backward()
                  [ taken o; taken u; taken d ]

              Expect.isTrue (agree (summed kernel) (summed twin)) "expanded"
              let g = (floats (init 2L) [ 9; 6 ]).t()
              Expect.isTrue (agree (everything kernel (o, u, d) g) (everything twin (o, u, d) g)) "transposed")
          torchTest "takes float32 matrices on the CPU in row-major order only" (fun () ->
              let o, u, d = arguments (init 1L) 6 5 9
              Expect.isTrue (ClassLogits.Fits(o, u, d)) "these"
              Expect.isFalse (ClassLogits.Fits((floats (init 1L) [ 5; 6 ]).t(), u, d)) "transposed"
              Expect.isFalse (ClassLogits.Fits(doubled o, u, d)) "float64"
              Expect.isFalse (ClassLogits.Fits(torch.zeros (0L, 5L), u, d)) "no row"
              Expect.isFalse (ClassLogits.Fits(floats (init 1L) [ 6; 4 ], u, d)) "another width"
              Expect.isFalse (ClassLogits.Fits(o, u, floats (init 1L) [ 8 ])) "a short bias")
          torchTest "records nothing where no gradient is wanted, and frozen inputs get none" (fun () ->
              let o, u, d = arguments (init 1L) 6 5 9
              (using (torch.no_grad ()) (fun _ -> Expect.isFalse (ClassLogits.Apply(o, u, d)).requires_grad "no graph"))
              let constant = o.detach ()
              ClassLogits.Apply(constant, u.detach (), d).sum().backward()
              Expect.isTrue (isNull constant.grad && isNull u.grad) "none"
              Expect.all (numbers (taken d)) (fun g -> g = 6.0) "but the bias's: the number of rows")
          torchTest "a graph may be walked twice" (fun () ->
              let o, u, d = arguments (init 1L) 6 5 9
              let y = ClassLogits.Apply(o, u, d).sum()
              y.backward (retain_graph = true)
              let once = numbers (taken u)
              y.backward ()
              Expect.equal (numbers (taken u)) once "the same gradient")
          torchTest "allocates little: the managed faces of its tensors" (fun () ->
              let o, u, d = arguments (init 1L) 20 33 10
              let g = [| torch.ones (20L, 10L) |]

              let bytes =
                  allocated (fun () ->
                      use _scope = torch.NewDisposeScope()
                      ClassLogits.Apply(o, u, d).backward g)

              Expect.isLessThan bytes 1500L "bytes a call") ]

let alone =
    torchTest "ClassLogits: equal bits for any number of threads" (fun () ->
        let all = arguments (init 1L) 37 501 10
        let g = floats (init 2L) [ 37; 10 ]

        expectSameOnThreads (fun () ->
            let results = everything kernel all g
            [], torch.cat ([| for t in results -> t.detach().reshape -1L |], 0L)))
