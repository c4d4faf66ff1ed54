module GenDisc.Dsl.Tests.LossTests

open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Generators

let private near a b =
    abs (a - b) <= 1e-9 * (abs a + abs b + 1.0)

let tests =
    testList
        "Loss"
        [ law "+ commutes" (fun (MildLoss a) (MildLoss b) -> Loss.equivalent (a + b) (b + a))

          law "+ associates" (fun (MildLoss a) (MildLoss b) (MildLoss c) -> Loss.equivalent ((a + b) + c) (a + (b + c)))

          law "* distributes over +" (fun (MildLoss a) (MildLoss b) ->
              [ Weight.Constant 0.3; Weight.Ramp 7; Weight.Anneal(4.0, 1.0, 5) ]
              |> List.forall (fun w -> Loss.equivalent (w * (a + b)) (w * a + w * b)))

          law "equivalent means equal weights in every epoch" (fun (MildLoss a) (MildLoss b) ->
              let differ =
                  seq { 1..60 }
                  |> Seq.exists (fun epoch ->
                      let wa, wb = Loss.weights epoch a, Loss.weights epoch b

                      Loss.terms (a + b)
                      |> List.exists (fun t ->
                          let at w =
                              Map.tryFind t w |> Option.defaultValue 0.0

                          not (near (at wa) (at wb))))

              Loss.equivalent a b = not differ)

          law "a loss is equivalent to itself, and not to itself plus a little of a term" (fun (MildLoss a) ->
              Loss.equivalent a a
              && Loss.terms a
                 |> List.forall (fun t -> not (Loss.equivalent a (a + 1e-6 * Loss.Term t))))

          law "weights are those of the terms" (fun (AnyLoss a) ->
              Set.ofList (Loss.terms a) = (Loss.weights 3 a |> Map.toList |> List.map fst |> Set.ofList))

          law "after all schedules nothing changes" (fun (MildLoss a) -> Loss.weights 21 a = Loss.final a)

          test "schedules are told apart in a single epoch" {
              Expect.isFalse (Loss.equivalent (ramp 10 * kl) (ramp 11 * kl)) "ramps"
              Expect.isFalse (Loss.equivalent (ramp 10 * (ramp 10 * kl)) (ramp 10 * kl)) "a square and a line"
              Expect.isTrue (Loss.equivalent (ramp 1 * kl) kl) "a ramp of one epoch is 1"
              Expect.isTrue (Loss.equivalent (0.0 * kl + mse) mse) "weight 0 is absent"
              Expect.isTrue (Loss.equivalent elbo (reconstruction + kl)) "the definition of elbo"
              Expect.isFalse (Loss.equivalent (ramp 1000000 * kl) (ramp 1000001 * kl)) "far ends"
          }

          test "weights follow their schedules" {
              let at epoch w = Weight.at epoch w
              Expect.equal [ for e in 1..5 -> at e (ramp 4) ] [ 0.25; 0.5; 0.75; 1.0; 1.0 ] "ramp"
              Expect.equal [ for e in 1..5 -> at e (anneal 4.0 1.0 4) ] [ 4.0; 3.0; 2.0; 1.0; 1.0 ] "anneal"
              Expect.equal (at 1 (anneal 4.0 1.0 1)) 1.0 "an anneal of one epoch is at its end"
              let loss = 2.0 * (anneal 4.0 1.0 4 * kl + 0.5 * elbo) + crossEntropy

              Expect.equal
                  (Loss.weights 2 loss)
                  (Map [ Term.Kl, 7.0; Term.Reconstruction, 1.0; Term.CrossEntropy, 1.0 ])
                  "products and sums"

              Expect.equal (Loss.terms loss) [ Term.Kl; Term.Reconstruction; Term.CrossEntropy ] "order of writing"
          }

          test "minimal parentheses" {
              for loss, source in
                  [ 0.1 * elbo + crossEntropy, "0.1 * elbo + crossEntropy"
                    0.1 * (elbo + crossEntropy), "0.1 * (elbo + crossEntropy)"
                    kl + (mse + elbo), "kl + (mse + elbo)"
                    kl + mse + elbo, "kl + mse + elbo"
                    -0.5 * (2.0 * kl), "-0.5 * (2.0 * kl)"
                    anneal -4.0 1.0 10 * kl, "anneal (-4.0) 1.0 10 * kl" ] do
                  Expect.equal (Loss.show loss) source "source"
          } ]
