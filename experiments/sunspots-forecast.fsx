#load "../gendisc.fsx"
open GenDisc

// Next month's sunspots from three years of them. A forecast must beat two rules that cost nothing: as many as this
// month, and as many as in the same month of the last year. Chosen among eight designs on validation data
// (`validation 0.25`, three seeds).
let forecast =
    { Name = "sunspots-forecast"
      Data = sunspots |> window 36 1
      Model = model (lstm 16 >> regressor [])
      Loss = mse
      Training = adam 5e-3 |> epochs 40 |> batch 64 |> cosine |> clip 1.0
      Seed = 1 }

let test = (run forecast).Test

let margin rule =
    100.0 * (1.0 - test["rmse"] / test[rule])

printfn "test RMSE %.2f: %.1f %% below persistence, %.1f %% below the seasonal-naive forecast"
    test["rmse"]
    (margin "persistenceRmse")
    (margin "seasonalNaiveRmse")
