namespace GenDisc

/// What became of a trial.
[<RequireQualifiedAccess>]
type TrialStatus =
    | Done
    /// It diverged, is no valid experiment, or lacks the figure that decides.
    | Failed of problem: string

/// One experiment of a search, at one number of epochs. It has no test figures: those are for the best alone.
type Trial =
    {
        /// Counted from 1; of successive halving, the same at every number of epochs.
        Index: int
        /// What was chosen, by name, as source.
        Choices: (string * string) list
        /// As it was run.
        Experiment: Experiment
        /// Id of its run; its folder is beside the search's.
        Run: string
        /// Of successive halving, 0 for the fewest epochs; otherwise 0.
        Rung: int
        /// The figure that decides; NaN of a failed trial.
        Validation: float
        /// Of its training.
        Seconds: float
        Status: TrialStatus
    }

/// What a search answers: `result.Winner`, `result.Confirmed["accuracy"].Mean`.
type SearchResult =
    {
        Id: string
        Folder: string
        /// The validation figure that decided.
        Goal: Goal
        /// In the order of their indices; of successive halving, the fewest epochs first. Empty of a check.
        Trials: Trial list
        /// None of a check.
        Best: Trial option
        /// The best experiment as a declaration of its own, called `{name}-best`; of a check, the first of the space.
        Winner: Experiment
        /// The best again over fresh seeds.
        Confirmed: SeedsResult
        /// Share of the validation figure's variance that each choice explains alone; empty for too few trials.
        Importance: Map<string, float>
    }
