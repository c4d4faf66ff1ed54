/// What must hold of generators whose examples are added to the training part: they draw examples of each class, and have
/// seen the labels of the labelled examples in use alone. Other training examples they may have seen without.
module internal GenDisc.AugmentRules

/// Examples that may be added at most.
let private most = 1_000_000

/// The seed and the model, for rules that are told of data alone.
type private Outer = { Data: Data; Seed: int }

/// What keeps a generator from drawing examples of each class.
let private unable (by: Experiment) perClass =
    let blocks = by.Model.Blocks
    let name = Show.name by.Name

    let first kind =
        match List.tryFindIndex kind blocks with
        | Some 0 when
            (blocks |> List.filter Block.isMachine).Length <= 1
            && (blocks.Length = 1 || not blocks[0].IsM2)
            ->
            Choice1Of3()
        | Some i -> Choice2Of3 blocks[i]
        | None -> Choice3Of3()

    let machine (b: Block) =
        b.IsRbm || b.IsGaussianRbm || b.IsBoltzmann

    let cut block =
        Some(
            $"{Block.brief block} of {name} does not draw the data themselves, for other blocks stand before it or build on it",
            $"let {name} be model ({Block.brief block})"
        )

    let told (b: Block) =
        match b with
        | Block.Diffusion d -> d.Conditional
        | _ -> false

    // of the data, whatever stands before it: an encoder's decoder makes examples of latents
    let denoises = List.tryFindBack (fun (b: Block) -> b.IsDiffusion) blocks

    if perClass then
        match blocks |> List.exists (fun b -> b.IsVae || b.IsDiffusion && not (told b)), first machine with
        | true, _
        | false, Choice1Of3() -> None
        | false, Choice2Of3 block -> cut block
        | false, Choice3Of3() ->
            let hint =
                if blocks |> List.exists (fun b -> b.IsCvae || b.IsM2 || b.IsClassRbm || told b) then
                    "write augment: one generator draws all classes"
                else
                    "give it one: model (dense 400 >> relu >> vae 20)"

            match denoises with
            | Some block ->
                Some(
                    $"augmentPerClass trains a generator for each class, but {Block.brief block} of {name} is told it",
                    hint
                )
            | None -> Some($"augmentPerClass draws from a vae, an rbm or a diffusion model, but {name} has none", hint)
    else
        match
            List.tryLast blocks |> Option.exists (fun b -> b.IsCvae || told b), first (fun b -> b.IsM2 || b.IsClassRbm)
        with
        | true, _
        | false, Choice1Of3() -> None
        | false, Choice2Of3 block -> cut block
        | false, Choice3Of3() ->
            let hint =
                if denoises.IsSome then
                    "add |> conditional to its network, or write augmentPerClass: a generator for each class"
                elif blocks |> List.exists (fun b -> b.IsVae || machine b) then
                    "write augmentPerClass: a generator for each class"
                else
                    "give it one: model (dense 400 >> relu >> cvae 20)"

            Some(
                $"augment draws examples of each class from a cvae, m2, classRbm or conditional diffusion, but {name} has none",
                hint
            )

/// How many labelled training examples are in use, in words, and the modifiers that say so.
let private kept (data: Data) =
    let all =
        [ match data.Take with
          | Some n -> $"take {Show.integerArgument n}"
          | None -> ()
          match data.Labels with
          | Some n -> $"semiSupervised {Show.integerArgument n}"
          | None -> () ]

    match all with
    | [] -> "all training examples", "without take and semiSupervised"
    | words -> String.concat " |> " words, "with " + String.concat " |> " words

/// Whether the generator has seen the labels of this experiment's labelled examples alone: the same subset; or the
/// labelled ones of a part of which the others are seen without, by either of the two. `take` chooses among all others than
/// `semiSupervised` among those taken.
let private sameLabelled (outer: Data) (inner: Data) =
    (inner.Take, inner.Labels) = (outer.Take, outer.Labels)
    || outer.Labels.IsSome
       && outer.Take.IsNone
       && inner.Labels.IsNone
       && inner.Take = outer.Labels
    || inner.Labels.IsSome
       && outer.Labels.IsNone
       && inner.Take.IsNone
       && outer.Take = inner.Labels

/// What of a generator's data is not as this experiment's: what is said of it, and what to do. `Only` aside.
let private differences knowing (outer: Outer) (inner: Experiment) =
    let mine, its = outer.Data, inner.Data
    let name = Show.name inner.Name

    let unequal what show (mine: 'a option) (its: 'a option) =
        let word value =
            match value with
            | Some v -> $"{what} {show v}"
            | None -> $"no {what}"

        if mine = its then
            []
        else
            [ $"{name} has {word its}, not {word mine}",
              (match mine with
               | Some v -> $"write {what} {show v} in {name}"
               | None -> $"drop {what} in {name}") ]

    if EncoderRules.examples mine <> EncoderRules.examples its then
        [ $"{name} was declared for {Data.title its}, which is other data than {Data.title mine}",
          $"let {name} learn from {Data.title mine}, or train on all of it by other means: what is added must come from the training part in use" ]
    else
        match EncoderRules.leak knowing mine its with
        | Some(part, how, hint) ->
            [ $"{name} may have been trained on {part} examples of this experiment: on the same data it {how}", hint ]
        | None ->
            [ if mine.Validation <> its.Validation then
                  $"{name} has validation {Show.number its.Validation}, not {Show.number mine.Validation}",
                  "give both the same validation share"
              yield! unequal "resized" (fun (h, w) -> $"{Show.integer h} {Show.integer w}") mine.Resize its.Resize
              if mine.Binarised <> its.Binarised then
                  (if mine.Binarised then
                       $"{name} has no binarised, but this experiment has", $"write binarised in {name}"
                   else
                       $"{name} has binarised, but this experiment has not", $"drop binarised in {name}")
              if mine.Prepared <> its.Prepared then
                  $"{name} learns from data that are not prepared as this experiment's are",
                  "give both the same preparations, in the same order"
              if not (sameLabelled mine its) then
                  let mineSays, write = kept mine
                  let itsSays, _ = kept its

                  $"{name} learns from {itsSays}, but this experiment from {mineSays}",
                  $"write the data of {name} {write}: what is added must come from the labelled examples in use"
              elif
                  (mine.Source.IsTable || mine.Source.IsClassTable)
                  && (its.Take, its.Labels) <> (mine.Take, mine.Labels)
              then
                  let mineSays, write = kept mine
                  let itsSays, _ = kept its

                  $"{name} has {itsSays}, but this experiment {mineSays}: rows of a table are standardised by the training part, and what {name} draws would be on another scale",
                  $"write the data of {name} {write}"
              elif (mine.Take.IsSome || mine.Labels.IsSome) && outer.Seed <> inner.Seed then
                  $"{name} has seed {Show.integer inner.Seed}, not {Show.integer outer.Seed}: its {fst (kept its)} draws other examples",
                  $"write Seed = {Show.integer outer.Seed} in {name}"
              if not its.Generated.IsEmpty then
                  $"{name} learns from generated examples itself", $"drop augment in {name}" ]

/// The experiments that restore the examples of these data.
let private restorers (d: Data) =
    Data.declared { d with Generated = []; Judge = None }

/// The generator and all experiments inside it, however deep, that learn from the training part; those that restore its
/// examples aside, which this experiment's own are restored by too.
let rec private learning (by: Experiment) =
    let within =
        Block.declared by.Model.Blocks
        @ Data.declared
            { by.Data with
                Prepared = []
                Judge = None }

    [ by
      for declared in within do
          match declared with
          | :? Experiment as inner -> yield! learning inner
          | _ -> () ]

/// Data whose examples cannot be drawn, or cannot be told by class.
let private unfit (d: Data) (facts: Facts) word =
    match facts.Shape with
    | _ when facts.Classes = 0 ->
        Some($"{word} adds labelled examples, but {Data.title d} has no classes", $"drop {word}")
    | Sequence _ ->
        Some($"{word} adds images or vectors, but {Data.title d} has examples of {facts.Shape}", $"drop {word}")
    | _ when not facts.Levels.IsEmpty ->
        Some(
            $"{word} adds examples of real numbers, but {Data.title d} has columns of categories",
            $"drop {word}, or leave these columns out of the file"
        )
    | _ -> None

/// Problems of `only`.
let only (d: Data) (facts: Facts) =
    let expect = DataRules.expecting d

    match d.Only with
    | None -> []
    | Some label when facts.Classes = 0 ->
        expect
            false
            "only"
            $"only {Show.integerArgument label} keeps the examples of a class, but {Data.title d} has none"
            "drop only"
    | Some label ->
        expect
            (label >= 0 && label < facts.Classes)
            "only"
            $"only expects a class from 0 to {Show.integer (facts.Classes - 1)}, but got {Show.integer label}"
            "write only 0"

/// Problems of what is added to the training part of an experiment.
let data (knowing: Data -> Facts option) (e: Experiment) (facts: Facts) =
    let outer = { Data = e.Data; Seed = e.Seed }

    let word (g: Generated) =
        if g.PerClass then "augmentPerClass" else "augment"

    let source = Data.source e.Data

    // the same word may stand twice: the n-th one is marked n-th
    let part i =
        let before =
            e.Data.Generated
            |> List.take i
            |> List.filter (fun g -> word g = word e.Data.Generated[i])

        source.Marks
        |> List.filter (fst >> (=) (word e.Data.Generated[i]))
        |> List.tryItem before.Length
        |> Option.map snd

    let counted (g: Generated) =
        [ if g.Count < max 1 facts.Classes || g.Count > most then
              $"{word g} expects {Show.grouped (int64 (max 1 facts.Classes))} to {Show.grouped (int64 most)} examples, at least one of each class, but got {Show.integer g.Count}",
              "write 5000" ]

    let trained (g: Generated) (by: Experiment) =
        [ yield! Option.toList (unable by g.PerClass)
          match by.Data.Only with
          | Some label ->
              let name = Show.name by.Name
              let reason = if g.PerClass then ": augmentPerClass trains one on each class" else ""

              $"{name} learns from class {Show.integer label} alone, but examples of all are asked for",
              $"drop only in {name}{reason}"
          | None -> ()
          for inner in learning by do
              yield! differences knowing outer inner
              yield! EncoderRules.leaksOf knowing outer.Data (restorers inner.Data) ]

    [ for i, g in List.indexed e.Data.Generated do
          let found =
              match unfit e.Data facts (word g), g.By with
              | Some problem, _ -> [ problem ]
              | None, (:? Experiment as by) ->
                  [ if e.Data.Only.IsSome then
                        $"{word g} adds examples of every class, but only keeps one", "drop only"
                    yield! counted g
                    yield! trained g by ]
              | None, _ -> counted g

          for says, hint in List.distinct found do
              Problem.within Place.Data (part i) says hint ]
