/// The experiments that a study stands for.
module internal GenDisc.StudyRows

/// One row at one number of labels or weight, still without its seed.
type Arm =
    {
        /// The row's name, as declared.
        Row: string
        Labels: int option
        Weight: float option
        /// Under the name of its runs.
        Experiment: Experiment
    }

/// A number as a part of a name, which may have a dash but no plus: 1E+20.
let private inName (x: float) = (Show.number x).Replace("+", "")

/// The experiment with so many labels, and so the generators it draws from: they see the labelled part alone.
let rec private labelled count (e: Experiment) =
    let behind (g: Generated) =
        match g.By with
        | :? Experiment as by -> { g with By = labelled count by }
        | _ -> g

    let data =
        match e.Data.Labels with
        | Some _ -> { e.Data with Labels = Some count }
        | None -> { e.Data with Take = Some count }

    { e with
        Data =
            { data with
                Generated = List.map behind data.Generated } }

/// The study's arms: of a label curve, all rows at one number of labels after another.
let arms (study: Study) : Arm list =
    let plain (e: Experiment) =
        { Row = e.Name
          Labels = None
          Weight = None
          Experiment = e }

    match study.Kind with
    | StudyKind.Comparison -> study.Rows |> List.map plain
    | StudyKind.LabelCurve counts ->
        [ for count in counts do
              for e in study.Rows do
                  { plain e with
                      Labels = Some count
                      Experiment =
                          { labelled count e with
                              Name = $"{e.Name}-n{Show.integer count}" } } ]
    | StudyKind.Pareto weights ->
        [ for weight, e in Seq.zip weights study.Rows do
              { plain e with
                  Row = $"{e.Name}, weight {Show.number weight}"
                  Weight = Some weight
                  Experiment =
                      { e with
                          Name = $"{e.Name}-w{inName weight}" } } ]

/// The experiment with this seed, and so those inside it that share its seed; others, such as the members of an ensemble,
/// keep a distance of 1,000 for each step between their seed and its own, so that seeds 1 to 999 of a study share none.
let rec seeded (seed: int) (e: Experiment) =
    let moved = Experiment.mapInner (followed seed e) e

    // one judge for all seeds, unless their examples are on scales of their own
    let judge =
        if e.Data.Take.IsSome && QualityRules.isScaled e.Data then
            moved.Data.Judge
        else
            e.Data.Judge

    { moved with
        Seed = seed
        Data = { moved.Data with Judge = judge } }

/// One that stands inside `outer`, which is going to have this seed.
and followed (seed: int) (outer: Experiment) (inner: Experiment) =
    // sums of seeds may leave the range of whole numbers, and come back at its other end
    seeded (seed + 1000 * (inner.Seed - outer.Seed)) inner

/// The seeds of a study; one where none are named, which stands for the experiments' own.
let seeds (study: Study) =
    match study.Seeds with
    | [] -> [ None ]
    | seeds -> List.map Some seeds

/// An arm as it is run with a seed.
let experiment (seed: int option) (arm: Arm) =
    match seed with
    | Some seed -> seeded seed arm.Experiment
    | None -> arm.Experiment
