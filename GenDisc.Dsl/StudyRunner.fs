/// Studies: several experiments on the same data, over seeds.
module internal GenDisc.StudyRunner

open GenDisc.Running

let study (study: Study) (options: HostOptions) : StudyResult =
    let loader = Loader options
    let plans = study.Rows |> List.map (Runner.planned options loader)
    let runs = Lanes.all options (Runner.perform options loader) plans

    { Id = Study.id study
      Question = study.Question
      Folder = options.Runs
      Metric = Option.defaultValue "accuracy" study.Metric
      Rows = []
      Statements = [ for run in runs -> run.Id ] }
