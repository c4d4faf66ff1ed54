module GenDisc.Core.Tests.Training.TallyTests

open Expecto
open GenDisc.Core.Training

let tests =
    testList
        "Tally"
        [ test "means are over examples, not batches" {
              let tally = Tally()
              tally.Add("loss", 30.0, 3L)
              tally.Add("loss", 2.0, 1L)
              Expect.equal (tally.Means()["loss"]) 8.0 "32 over 4"
          }
          test "elbo is −(reconstruction + kl) where both are known" {
              let tally = Tally()
              tally.Add("reconstruction", 20.0, 2L)
              Expect.isFalse (tally.Means().ContainsKey "elbo") "not without kl"
              tally.Add("kl", 6.0, 2L)
              Expect.equal (tally.Means()["elbo"]) -13.0 "nats per example"
          }
          test "a tally added to another counts its examples, and is empty once cleared" {
              let tally, more = Tally(), Tally()
              tally.Add("loss", 30.0, 3L)
              more.Add("loss", 2.0, 1L)
              more.Add("kl", 5.0, 1L)
              tally.Add more
              Expect.equal (tally.Means()["loss"], tally.Means()["kl"]) (8.0, 5.0) "32 over 4, and its own"
              more.Clear()
              Expect.isEmpty (more.Means()) "cleared"
              Expect.equal (tally.Means()["loss"]) 8.0 "the sum stays"
          }
          test "an empty tally has no means" { Expect.isEmpty (Tally().Means()) "nothing" } ]
