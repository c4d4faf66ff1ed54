/// What must hold of the data's declaration, by itself and together with what is known of the source.
module internal GenDisc.DataRules

let private isFinite (x: float) = System.Double.IsFinite x

/// Problems under the modifier that they belong to.
let expecting (d: Data) =
    let source = Data.source d

    fun ok part says hint ->
        [ if not ok then
              Problem.within Place.Data (Show.find part source) says hint ]

/// Where the n-th of these modifiers stands in the data's source. The same word may stand more than once: the k-th one is
/// marked k-th.
let nthOf (d: Data) (words: string list) =
    let source = Data.source d

    fun n ->
        let before = words |> List.take n |> List.filter ((=) words[n])

        source.Marks
        |> List.filter (fst >> (=) words[n])
        |> List.tryItem before.Length
        |> Option.map snd

/// Modifiers that mean nothing for this source.
let private misplaced (d: Data) =
    let expect = expecting d
    let series = d.Source.IsSeries

    let generatedSeries =
        match d.Source with
        | Source.Series(SeriesSource.Sunspots | SeriesSource.MinTemperatures | SeriesSource.AirlinePassengers | SeriesSource.Csv _) ->
            false
        | source -> source.IsSeries

    let plane =
        d.Source.IsMoons
        || d.Source.IsCircles
        || d.Source.IsSpirals
        || d.Source.IsBlobs
        || d.Source.IsFriedman

    let grey =
        d.Source.IsMnist
        || d.Source.IsFashionMnist
        || d.Source.IsCifar10
        || d.Source.IsDigits
        || d.Source.IsImageFolder

    let whole =
        series || d.Source.IsImageFolder || d.Source.IsTable || d.Source.IsClassTable

    let says part what =
        $"{part} is for {what}, which {Data.title d} is not"

    let drop part = $"drop {part}"

    [ yield! expect (d.Window.IsNone || series) "window" (says "window" "series") (drop "window")
      yield! expect (d.Season.IsNone || series) "season" (says "season" "series") (drop "season")
      yield! expect (d.Points.IsNone || generatedSeries) "points" (says "points" "generated series") (drop "points")
      yield! expect (d.Draw.IsNone || generatedSeries) "draw" (says "draw" "generated series") (drop "draw")
      yield! expect (d.Span.IsNone || generatedSeries) "span" (says "span" "generated series") (drop "span")
      yield! expect (d.Noise.IsNone || generatedSeries || plane) "noise" (says "noise" "generated data") (drop "noise")
      yield!
          expect (d.Resize.IsNone || d.Source.IsImageFolder) "resized" (says "resized" "image folders") (drop "resized")
      yield! expect (not d.Binarised || grey) "binarised" (says "binarised" "grey images in [0, 1]") (drop "binarised")
      if d.HoldOut.IsSome && not whole then
          yield!
              expect
                  false
                  "holdOut"
                  $"holdOut is for data without a test part, but {Data.title d} has one"
                  "drop holdOut" ]

/// Problems of the modifiers' own numbers.
let private numbers (d: Data) =
    let expect = expecting d

    let positive part value example =
        value
        |> Option.toList
        |> List.collect (fun n ->
            expect (n >= 1) part $"{part} expects at least 1, but got {Show.integer n}" $"write {example}")

    [ match d.Noise with
      | Some noise ->
          yield!
              expect
                  (isFinite noise && noise >= 0.0)
                  "noise"
                  $"noise expects a finite deviation of at least 0.0, but got {Show.number noise}"
                  "write noise 0.05"
      | None -> ()
      match d.Span with
      | Some span ->
          yield!
              expect
                  (isFinite span && span > 0.0)
                  "span"
                  $"span expects a finite time above 0.0, but got {Show.number span}"
                  "write span 31.4"
      | None -> ()
      match d.Points with
      | Some points ->
          yield!
              expect
                  (points >= 2 && points <= 10_000_000)
                  "points"
                  $"points expects 2 to 10,000,000, but got {Show.integer points}"
                  "write points 1000"
      | None -> ()
      yield! positive "draw" d.Draw "draw 2"
      yield! positive "season" d.Season "season 12"
      match d.Window with
      | Some(history, horizon) ->
          yield!
              expect
                  (history >= 1 && horizon >= 1)
                  "window"
                  $"window expects at least 1 step of history and 1 to forecast, but got {Show.integer history} and {Show.integer horizon}"
                  "write window 36 1"
      | None -> ()
      match d.Resize with
      | Some(h, w) ->
          yield!
              expect
                  (h >= 1 && w >= 1 && h <= 4096 && w <= 4096)
                  "resized"
                  $"resized expects a height and a width of 1 to 4,096 pixels, but got {Show.integer h} and {Show.integer w}"
                  "write resized 32 32"
      | None -> ()
      match d.HoldOut with
      | Some share ->
          yield!
              expect
                  (share > 0.0 && share < 1.0)
                  "holdOut"
                  $"holdOut expects a share above 0.0 and below 1.0, but got {Show.number share}"
                  "write holdOut 0.25"
      | None -> () ]

let private generated (d: Data) =
    let finite (values: float list) = List.forall isFinite values

    let wrong says hint =
        [ Problem.within Place.Data (Show.find "source" (Data.source d)) says hint ]

    match d.Source with
    | Source.Series(SeriesSource.Sines frequencies) when frequencies.IsEmpty || not (finite frequencies) ->
        wrong "sines expects at least one finite angular frequency" "write sines [ 1.0 ]"
    | Source.Series(SeriesSource.DampedOscillator damping) when not (isFinite damping && damping >= 0.0) ->
        wrong
            $"dampedOscillator expects a finite damping of at least 0.0, but got {Show.number damping}"
            "write dampedOscillator 0.05"
    | Source.Series(SeriesSource.DrivenOscillator(damping, force, frequency)) when
        not (finite [ damping; force; frequency ] && damping >= 0.0)
        ->
        wrong
            "drivenOscillator expects a finite damping of at least 0.0, force and frequency"
            "write drivenOscillator 0.1 1.0 1.2"
    | Source.Series(SeriesSource.VanDerPol mu) when not (isFinite mu && mu >= 0.0 && mu <= 100.0) ->
        wrong $"vanDerPol expects μ from 0.0 to 100.0, but got {Show.number mu}" "write vanDerPol 1.0"
    | Source.Ising(size, temperature, coupling, field) ->
        [ if size < 2 || size > 64 then
              yield!
                  wrong
                      $"ising expects a lattice of 2 to 64 sites a side, but got {Show.integer size}"
                      "write ising 8 2.27"
          if not (isFinite temperature && temperature > 0.0) then
              yield!
                  wrong
                      $"ising expects a finite temperature above 0.0, but got {Show.number temperature}"
                      "write ising 8 2.27"
          if not (finite [ coupling; field ]) then
              yield! wrong "isingWith expects a finite coupling and field" "write isingWith 1.0 0.0 8 2.27" ]
    | _ -> []

/// A test part of its own, which some sources are known to have once they are read.
let divided (d: Data) (facts: Facts) =
    [ if d.HoldOut.IsSome && d.Source.IsImageFolder && facts.HasTest then
          yield!
              expecting
                  d
                  false
                  "holdOut"
                  $"holdOut is for data without a test part, but {Data.title d} has one: its folder test"
                  "drop holdOut, or merge the folders train and test" ]

/// Problems of the declaration by itself.
let declared (d: Data) =
    [ yield! misplaced d; yield! numbers d; yield! generated d ]

let private augmentation (d: Data) (facts: Facts) =
    let wrong a =
        match a, facts.Shape with
        | Augmentation.Shift n, Image(_, h, w) when n < 1 || n >= min h w ->
            Some $"shifted expects 1 to {Show.integer (min h w - 1)} pixels, but got {Show.integer n}"
        | Augmentation.Crop n, Image(_, h, w) when n < 1 || n >= min h w ->
            Some $"cropped expects 1 to {Show.integer (min h w - 1)} pixels, but got {Show.integer n}"
        | Augmentation.CutOut n, Image(_, h, w) when n < 1 || n > min h w ->
            Some $"cutOut expects 1 to {Show.integer (min h w)} pixels, but got {Show.integer n}"
        | Augmentation.Rotate degrees, _ when not (degrees > 0.0 && degrees <= 180.0) ->
            Some $"rotated expects an angle above 0.0 and up to 180.0 degrees, but got {Show.number degrees}"
        | _ -> None

    let word a = fst (SourceText.augmentation a)
    let part = nthOf d (List.map word d.Augment)

    let problem i says hint =
        Problem.within Place.Data (part i) says hint

    [ for i, a in List.indexed d.Augment do
          let word = word a

          match facts.Shape, wrong a with
          | Image _, Some says -> problem i says $"write another number, or drop {word}"
          | Image _, None -> ()
          | shape, _ -> problem i $"{word} changes images, but {Data.title d} has examples of {shape}" $"drop {word}" ]

let private counts (d: Data) (facts: Facts) =
    let expect = expecting d
    let series = Data.isSeries d
    let shareFits = d.Validation >= 0.0 && d.Validation < 1.0
    let held = if shareFits then Data.validationCount d facts else 0
    let left = facts.Training - held
    let history, horizon = Data.window d

    [ yield!
          expect
              shareFits
              "validation"
              $"validation expects a share from 0.0 to below 1.0, but got {Show.number d.Validation}"
              "write validation 0.1"
      // windows of a length that cannot be are not counted
      let countable = not series || (declared d).IsEmpty

      if not countable then
          ()
      elif series && facts.Training < 1 then
          yield!
              expect
                  false
                  "window"
                  $"window {Show.integer history} {Show.integer horizon} is longer than the training part of the series"
                  "shorten the window, or lower holdOut"
      elif series then
          yield!
              expect
                  (not shareFits || left > 0 && (held >= horizon || d.Validation = 0.0))
                  "validation"
                  $"validation holds out {Show.grouped (int64 held)} of {Show.grouped (Data.beforeValidation d facts)} steps, which leaves no window of {Show.integer history} and {Show.integer horizon} on one side"
                  "shorten the window, or write another share"
      else
          yield!
              expect
                  (not shareFits || left > 0 && (held > 0 || d.Validation = 0.0))
                  "validation"
                  $"validation holds out {Show.grouped (int64 held)} of {Show.grouped (int64 facts.Training)} examples, but at least one is expected on either side"
                  "write validation 0.1, or validation 0.0 for none"

      match d.Take with
      | Some n when n < 1 ->
          yield! expect false "take" $"take expects at least 1 example, but got {Show.integer n}" "write take 1000"
      | Some n when n < facts.Classes ->
          yield!
              expect
                  false
                  "take"
                  $"take expects at least one example of each of the {Show.integer facts.Classes} classes, but got {Show.integer n}"
                  "write take 1000"
      | Some n when countable ->
          yield!
              expect
                  (n <= left)
                  "take"
                  $"take expects at most the {Show.grouped (int64 left)} examples left for training, but got {Show.grouped (int64 n)}"
                  "take fewer, or drop take"
      | Some _
      | None -> () ]

/// Problems of the data, given what is known of its source.
let data (d: Data) (facts: Facts) =
    [ yield! declared d
      yield! divided d facts
      yield! augmentation d facts
      yield! counts d facts ]
