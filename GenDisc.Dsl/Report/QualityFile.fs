namespace GenDisc.Reporting

/// Figures of two sets with their intervals.
type internal MeasuredFile =
    { Figures: Map<string, float>
      Intervals: Map<string, float * float> }

/// A curve over steps or guidance.
type internal QualityCurve =
    {
        /// What it was drawn by.
        Sampler: string
        Samples: int64 option
        Frechet: (float * float) list
        Recognised: (float * float) list
    }

/// figures/quality.json.
type internal QualityFile =
    {
        /// Name of the classifier in whose features was measured; "": number by number.
        Judge: string
        Run: string
        Source: string
        JudgeAccuracy: float option
        Samples: int64 option
        Width: int64 option
        Found: MeasuredFile
        /// Training examples in the place of samples.
        Reference: MeasuredFile
        Recognised: float option
        Confidence: float option
        ConfidenceInterval: (float * float) option
        /// The judge's confidence in test examples.
        RealConfidence: float option
        BalanceP: float option
        /// Drawn and real examples that are told as each class.
        Classes: (int64 * int64) list
        Closer: float option
        Copies: float option
        Exact: int64 option
        Synthetic: float option
        Real: float option
        /// Examples that these two were tested on.
        Tested: int64 option
        Steps: QualityCurve
        Guidance: QualityCurve
    }

module internal ReadQuality =
    open GenDisc.Reporting.Fields

    let private names =
        [ "frechet"; "mmd"; "mmdP"; "precision"; "recall"; "density"; "coverage" ]

    let private measured e : MeasuredFile =
        let figures, intervals = part "figures" e, part "intervals" e

        { Figures =
            Map.ofList
                [ for name in names do
                      match finite name figures with
                      | Some x -> name, x
                      | None -> () ]
          Intervals =
            Map.ofList
                [ for name in names do
                      match floats name intervals with
                      | [ low; high ] -> name, (low, high)
                      | _ -> () ] }

    let private curve e : QualityCurve =
        let of' name =
            [ for point in items "points" e do
                  match finite "x" point, finite name point with
                  | Some x, Some y -> x, y
                  | _ -> () ]

        { Sampler = wordsOrEmpty "sampler" e
          Samples = long "samples" e
          Frechet = of' "frechet"
          Recognised = of' "recognised" }

    let quality e : QualityFile =
        let recognised = part "recognised" e

        { Judge = wordsOrEmpty "judge" e
          Run = wordsOrEmpty "run" e
          Source = wordsOrEmpty "source" e
          JudgeAccuracy = finite "judgeAccuracy" e
          Samples = long "samples" e
          Width = long "width" e
          Found = measured (part "found" e)
          Reference = measured (part "reference" e)
          Recognised = finite "recognised" recognised
          Confidence = finite "confidence" recognised
          ConfidenceInterval =
            (match floats "confidenceInterval" e with
             | [ low; high ] -> Some(low, high)
             | _ -> None)
          RealConfidence = finite "realConfidence" e
          BalanceP = finite "balanceP" e
          Classes =
            items "classes" e
            |> List.map (fun c -> long "drawn" c |> Option.defaultValue 0L, long "real" c |> Option.defaultValue 0L)
          Closer = finite "closer" e
          Copies = finite "copies" e
          Exact = long "exact" e
          Synthetic = finite "tstr" e
          Real = finite "trtr" e
          Tested = long "tested" e
          Steps = curve (part "steps" e)
          Guidance = curve (part "guidance" e) }
