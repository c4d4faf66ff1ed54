module GenDisc.Core.Tests.Kernels.Losses.BernoulliCostTests

open Expecto
open TorchSharp
open GenDisc.Core.Kernels.Losses
open GenDisc.Core.Tests.Modules.Building

let private single32 shape values =
    (tensorOf shape values).``to`` torch.float32

/// Costs, and the gradient of their weighted sum.
let private learnt
    (cost: torch.Tensor -> torch.Tensor -> torch.Tensor)
    (logits: torch.Tensor)
    x
    (weights: torch.Tensor)
    =
    let l = logits.detach().clone().requires_grad_ true
    let costs: torch.Tensor = cost l x
    (costs * weights).sum().backward()
    numbers costs, numbers (Unchecked.nonNull l.grad)

let tests =
    testList
        "BernoulliCost"
        [ torchLaw "costs and gradients are those of tensor operations" (fun batch width stream ->
              [ 1; 3 ]
              |> List.forall (fun times ->
                  let size = 3 * width
                  let rows = times * batch

                  let logits =
                      single32 [ rows; size ] (gaussians stream (rows * size) |> Array.map ((*) 3.0))

                  let x = single32 [ batch; size ] (uniforms stream (batch * size))
                  let weights = single32 [ rows ] (gaussians stream rows)
                  let costs, slopes = learnt (fun l x -> BernoulliCost.Apply(l, x)) logits x weights
                  let costs', slopes' = learnt (fun l x -> BernoulliCost.Twin(l, x)) logits x weights

                  BernoulliCost.Fits(logits, x)
                  && allClose 1e-5 costs costs'
                  && allClose 1e-5 slopes slopes'))
          torchTest "the sum over rows is the loss of the whole" (fun () ->
              let logits = single32 [ 4; 19 ] (gaussians (init 1L) 76)
              let x = single32 [ 4; 19 ] (uniforms (init 2L) 76)
              let whole = BernoulliLoss.Sum(logits, x, 0.0, null)
              Expect.isTrue (close 1e-5 (numbers (BernoulliCost.Apply(logits, x)) |> Array.sum) whole) "sum")
          torchTest "it takes what it can" (fun () ->
              let logits, x = torch.zeros (6L, 4L), torch.zeros (3L, 4L)
              Expect.isTrue (BernoulliCost.Fits(logits, x)) "two rows each"
              Expect.isFalse (BernoulliCost.Fits(torch.zeros (5L, 4L), x)) "no whole number"
              Expect.isFalse (BernoulliCost.Fits(torch.zeros (6L, 5L), x)) "another size"
              Expect.isFalse (BernoulliCost.Fits(torch.zeros(4L, 6L).t(), x)) "strides"
              Expect.isFalse (BernoulliCost.Fits(logits, torch.zeros (3L, 4L, requires_grad = true))) "x learns") ]
