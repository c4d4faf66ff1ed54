namespace GenDisc.Reporting

/// Distances from generated examples to the nearest of a part.
type internal NearestFile =
    {
        Least: float option
        Median: float option
        /// Share of them within the threshold of a copy.
        Within: float option
    }

/// Examples of a part that a generator has learnt from.
type internal SharedFile =
    { Part: string
      Known: int64
      Count: int64 }

type internal GeneratorFile =
    {
        Name: string
        PerClass: bool
        Count: int64 option
        Training: int64 option
        /// Of these, examples that it has seen without their labels.
        Unlabelled: int64 option
        Shared: SharedFile list
        Examined: int64 option
        /// The part that distances are held against.
        Against: string
        Equal: int64 option
        Closer: float option
        ToTraining: NearestFile
        ToHeldOut: NearestFile
        Threshold: float option
        Copies: float option
        Exact: int64 option
        Closest: float list
    }

type internal GeneratedClass =
    { Asked: int64
      Told: int64
      Agreement: float option }

/// figures/augmentation.json.
type internal AugmentationFile =
    {
        Real: int64 option
        Generated: int64 option
        Generators: GeneratorFile list
        Tstr: float option
        /// Why a model cannot learn from generated examples alone: `ensemble` or `pretrained`; "" where it can.
        TstrLeftOut: string
        Agreement: float option
        Classes: GeneratedClass list
        Points: (float * float)[]
        Labels: int[]
    }

module internal ReadAugmentation =
    open GenDisc.Reporting.Fields

    let private nearest e : NearestFile =
        { Least = finite "min" e
          Median = finite "median" e
          Within = finite "within" e }

    let private generator e : GeneratorFile =
        let m = part "memorisation" e

        { Name = wordsOrEmpty "name" e
          PerClass = truth "perClass" e
          Count = long "count" e
          Training = long "training" e
          Unlabelled = long "unlabelled" e
          Shared =
            items "shared" e
            |> List.map (fun s ->
                { Part = wordsOrEmpty "part" s
                  Known = long "known" s |> Option.defaultValue 0L
                  Count = long "count" s |> Option.defaultValue 0L })
          Examined = long "examined" m
          Against = wordsOrEmpty "against" m
          Equal = long "equal" m
          Closer = finite "closer" m
          ToTraining = nearest (part "toTraining" m)
          ToHeldOut = nearest (part "toHeldOut" m)
          Threshold = finite "threshold" m
          Copies = finite "copies" m
          Exact = long "exact" m
          Closest = floats "closest" m }

    let augmentation e : AugmentationFile =
        { Real = long "real" e
          Generated = long "generated" e
          Generators = items "generators" e |> List.map generator
          Tstr = finite "tstr" e
          TstrLeftOut = wordsOrEmpty "tstrLeftOut" e
          Agreement = finite "agreement" e
          Classes =
            items "classes" e
            |> List.map (fun c ->
                { Asked = long "asked" c |> Option.defaultValue 0L
                  Told = long "told" c |> Option.defaultValue 0L
                  Agreement = finite "agreement" c })
          Points = points "points" e
          Labels = labels "labels" e }
