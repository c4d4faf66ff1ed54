/// What must hold between an experiment and those inside it: none of them may have trained on what this one is judged by.
module internal GenDisc.EncoderRules

/// What decides which examples there are, defaults filled in; how they are cut, scaled and resized aside.
let examples (data: Data) =
    let numbers =
        if Data.isSeries data then
            Some(Data.noise data), Some(Data.draw data), Some(Data.points data), Some(Data.span data)
        else
            data.Noise, None, None, None

    let source =
        match data.Source with
        | Source.ClassTable(path, target) -> Source.Table(path, target)
        | source -> source

    source, numbers

/// These experiments and all inside them, in models and data, however deep; those aside that judge what one of them draws,
/// which teach it nothing.
let rec inside (declared: IDeclared list) =
    [ for one in declared do
          match one with
          | :? Experiment as e ->
              e
              yield! inside (Block.declared e.Model.Blocks)
              yield! inside (Data.declared { e.Data with Judge = None })
          | _ -> () ]

/// How the second data differ from the first in which examples a model is tested on, as a verb: `has another test part
/// than`. What is done to the examples before they are seen may differ.
let differs (first: Data) (second: Data) =
    if examples first <> examples second then
        Some "is on other data than"
    elif Data.isSeries first && Data.window first <> Data.window second then
        Some "has another window than"
    elif Data.holdOut first <> Data.holdOut second then
        Some "has another holdOut share than"
    elif first.Validation <> second.Validation then
        Some "has another validation share than"
    elif first.Only <> second.Only then
        Some "keeps another class than"
    elif first.Resize <> second.Resize then
        Some "has images of another size than"
    else
        None

/// Which share must be equal for the one inside not to know too much: the part at risk, how shares are told, the word.
let leak (knowing: Data -> Facts option) (outer: Data) (inner: Data) =
    let classes data =
        knowing data |> Option.map (fun facts -> facts.Classes > 0)

    if examples outer <> examples inner then
        None
    elif classes outer <> classes inner then
        Some(
            "test",
            $"divides the rows as {Data.title inner} does, not as {Data.title outer}",
            "give both the same word, table or classTable"
        )
    elif Data.holdOut outer <> Data.holdOut inner then
        Some(
            "test",
            $"has holdOut {Show.number (Data.holdOut inner)}, not {Show.number (Data.holdOut outer)}",
            "give both the same holdOut share"
        )
    elif outer.Validation <> 0.0 && outer.Validation <> inner.Validation then
        Some(
            "validation",
            $"has validation {Show.number inner.Validation}, not {Show.number outer.Validation}",
            "give both the same validation share"
        )
    else
        None

/// What is told of these experiments, or of any inside them, that may have been trained on test or validation examples of
/// the data: what it is, and what to do. Neither part depends on `take` or on the seed. Without a validation part there
/// is nothing of it to know.
let leaksOf (knowing: Data -> Facts option) (data: Data) (declared: IDeclared list) =
    [ for inner in inside declared do
          match leak knowing data inner.Data with
          | Some(part, how, hint) ->
              $"{Show.name inner.Name} may have been trained on {part} examples of this experiment: on the same data it {how}",
              hint
          | None -> () ]

/// Problems of the blocks that may have been trained on test or validation examples of this experiment.
let leaks (knowing: Data -> Facts option) (e: Experiment) =
    [ for i, block in List.indexed e.Model.Blocks do
          for says, hint in leaksOf knowing e.Data (Block.declared [ block ]) do
              Problem.at (Place.Block [ i ]) says hint ]
