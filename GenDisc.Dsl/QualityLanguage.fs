namespace GenDisc

/// The standard classifiers that judge what models draw.
[<AutoOpen>]
module QualityLanguage =
    /// The network before the last layer, whose features are compared: 64 of them.
    let private features (data: Data) =
        let wide = dense 64 >> relu >> classifier []

        match data.Source with
        | Source.Mnist
        | Source.FashionMnist
        | Source.Cifar10
        | Source.Digits
        | Source.ImageFolder _
        | Source.Ising _ ->
            conv 16
            >> batchNorm
            >> relu
            >> pool
            >> conv 32
            >> batchNorm
            >> relu
            >> pool
            >> wide
        | Source.TimeSeries _ -> gru 64 >> lastState >> wide
        | _ -> dense 128 >> relu >> wide

    let private hasNoClasses (data: Data) =
        data.Source.IsSeries || data.Source.IsFriedman

    let private name (data: Data) =
        let safe c =
            if System.Char.IsAsciiLetterOrDigit c || c = '.' || c = '_' then c else '-'

        let title = "judge-" + (Data.title data |> String.map safe).Trim '-'
        title.Substring(0, min 64 title.Length)

    /// The standard classifier of a data set, as an experiment for `qualityBy`: a small convolutional network for images, a
    /// recurrent one for labelled series, a dense one for vectors. It sees the training part that the data leave it, with
    /// all labels and nothing generated.
    let judge (data: Data) : Experiment =
        if hasNoClasses data then
            raise (
                InvalidExperiment
                    $"judge makes a classifier, but {Data.title data} has no classes\nhint: leave qualityBy out: what a model draws of vectors and series is compared with test examples number by number"
            )

        let own =
            { data with
                Only = None
                Labels = None
                Generated = []
                Augment = []
                Against = None
                Judge = None }

        let upright =
            data.Source.IsMnist || data.Source.IsFashionMnist || data.Source.IsDigits

        { Name = name data
          Data = if upright then shifted 1 own else own
          Model = model (features data)
          Loss = crossEntropy
          Training = adam 2e-3 |> epochs (if upright then 6 else 20) |> batch 128 |> cosine
          Seed = 1 }
