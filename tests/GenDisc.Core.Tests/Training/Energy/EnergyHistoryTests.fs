module GenDisc.Core.Tests.Training.Energy.EnergyHistoryTests

open Expecto
open GenDisc.Core.Training.Energy

let tests =
    testList
        "EnergyHistory"
        [ test "the history is thinned evenly" {
              let history = EnergyHistory()

              for i in 1L .. 5000L do
                  history.Add(EnergyPoint(i, float i, 0.0))

              let steps = [ for p in history.Points -> p.Step ]
              Expect.equal steps [ for i in 0L .. 624L -> 1L + 8L * i ] "every eighth"
          } ]
