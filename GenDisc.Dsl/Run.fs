namespace GenDisc

open GenDisc.Running

/// What `run` makes of what it is given.
type Answers =
    | Answers

    static member ($)(Answers, experiment: Experiment) : RunResult = Runner.hosted (Runner.one experiment)

    static member ($)(Answers, study: Study) : StudyResult =
        Runner.hosted (Lanes.within (StudyRunner.study study))

    static member ($)(Answers, search: Search) : SearchResult =
        Runner.hosted (Lanes.within (SearchRunner.search search))

[<AutoOpen>]
module Run =
    /// Trains and evaluates an experiment, writes `runs/<id>/` and answers with its figures; of a study or a search, all
    /// that it asks for, with a page of its own. A finished run of the same declaration is reused. Raises
    /// InvalidExperiment, with all problems explained, before anything is trained or any named data are read.
    let inline run question = Answers $ question

    /// Runs an experiment with each of these seeds in place of its own, as `run` does, and tells mean, deviation and 95 %
    /// interval of its test figures: `(runSeeds [ 1; 2; 3 ] experiment)["accuracy"].Mean`. Experiments inside
    /// its model keep their seeds; generators behind `augment` move with it, for they learn from the examples that its seed
    /// draws. Raises InvalidExperiment before anything is trained for no seed, the same one twice, or a seed that the
    /// experiment is not valid with.
    let runSeeds (seeds: int list) (experiment: Experiment) : SeedsResult =
        Runner.hosted (Runner.seeds seeds experiment)

    /// Runs an experiment on `ising` data at each of these temperatures in place of its own, as `run` does, named
    /// `{name}-T{temperature}`: a machine for each temperature (Torlai and Melko 2016). Tells energy, magnetisation,
    /// specific heat and susceptibility of machines and sampler, and draws them over temperature in
    /// `runs/<name>-temperatures/observables.html`. Raises InvalidExperiment before anything is trained for no
    /// temperature, the same one twice, one that is not finite and above 0, or other data.
    let runTemperatures (temperatures: float list) (experiment: Experiment) : TemperaturesResult =
        Runner.hosted (Runner.temperatures temperatures experiment)
