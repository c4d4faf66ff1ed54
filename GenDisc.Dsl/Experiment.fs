namespace GenDisc

/// A question put to data: same declaration, same run.
type Experiment =
    { Name: string
      Data: Data
      Model: Model
      Loss: Loss
      Training: Training
      Seed: int }
