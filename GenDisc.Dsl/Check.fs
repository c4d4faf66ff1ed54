namespace GenDisc

/// One line of a plan: what a block receives, leaves and costs.
type Row =
    {
        /// The block's own source, or `decoder: …` for the mirrored part.
        Text: string
        In: Shape
        Out: Shape
        Parameters: int64
        /// Floating-point operations of one forward pass of one example (a multiply-add counts as 2).
        Flops: int64
    }

/// Where in a declaration a problem sits.
[<RequireQualifiedAccess>]
type Place =
    /// Path of indices into the model's blocks (more than one inside `residual`).
    | Block of int list
    | Loss
    | Data
    | Training
    | Name

type Problem =
    {
        Place: Place
        /// What it is, what it got, what it expected.
        Says: string
        Hint: string
    }

/// A checked experiment: the only thing that compiles.
type Plan =
    private
        { checkedExperiment: Experiment
          stages: Stage list
          rows: Row list }

    member this.Experiment = this.checkedExperiment
    member this.Stages = this.stages
    member this.Rows = this.rows
    member this.Parameters = this.rows |> List.sumBy _.Parameters
    member this.Flops = this.rows |> List.sumBy _.Flops
