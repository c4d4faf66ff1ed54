/// The works that a study's report may cite; each report lists those it does cite.
module internal GenDisc.Reporting.References

type Reference =
    {
        Key: string
        /// As it is cited in the page: `Holm 1979`.
        Short: string
        /// BibTeX's kind of entry.
        Entry: string
        /// BibTeX's fields, in its own notation of accents.
        Fields: (string * string) list
        /// As the page lists it.
        Long: string
    }

let private article key short long fields =
    { Key = key
      Short = short
      Entry = "article"
      Fields = fields
      Long = long }

let private proceedings key short long fields =
    { article key short long fields with
        Entry = "inproceedings" }

let private book key short long fields =
    { article key short long fields with
        Entry = "book" }

let all =
    [ article
          "student1908"
          "Student 1908"
          "Student. The probable error of a mean. Biometrika 6(1):1–25, 1908."
          [ "author", "{Student}"
            "title", "The probable error of a mean"
            "journal", "Biometrika"
            "volume", "6"
            "number", "1"
            "pages", "1--25"
            "year", "1908" ]
      article
          "mcnemar1947"
          "McNemar 1947"
          "Q. McNemar. Note on the sampling error of the difference between correlated proportions or percentages. Psychometrika 12(2):153–157, 1947."
          [ "author", "McNemar, Quinn"
            "title", "Note on the sampling error of the difference between correlated proportions or percentages"
            "journal", "Psychometrika"
            "volume", "12"
            "number", "2"
            "pages", "153--157"
            "year", "1947" ]
      article
          "holm1979"
          "Holm 1979"
          "S. Holm. A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics 6(2):65–70, 1979."
          [ "author", "Holm, Sture"
            "title", "A simple sequentially rejective multiple test procedure"
            "journal", "Scandinavian Journal of Statistics"
            "volume", "6"
            "number", "2"
            "pages", "65--70"
            "year", "1979" ]
      book
          "cohen1988"
          "Cohen 1988"
          "J. Cohen. Statistical Power Analysis for the Behavioral Sciences. Second edition, Lawrence Erlbaum, 1988."
          [ "author", "Cohen, Jacob"
            "title", "Statistical Power Analysis for the Behavioral Sciences"
            "publisher", "Lawrence Erlbaum Associates"
            "edition", "Second"
            "year", "1988" ]
      book
          "efron1993"
          "Efron and Tibshirani 1993"
          "B. Efron and R. J. Tibshirani. An Introduction to the Bootstrap. Chapman & Hall, 1993."
          [ "author", "Efron, Bradley and Tibshirani, Robert J."
            "title", "An Introduction to the Bootstrap"
            "publisher", "Chapman \\& Hall"
            "year", "1993" ]
      proceedings
          "guo2017"
          "Guo et al. 2017"
          "C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger. On calibration of modern neural networks. International Conference on Machine Learning, 2017."
          [ "author", "Guo, Chuan and Pleiss, Geoff and Sun, Yu and Weinberger, Kilian Q."
            "title", "On calibration of modern neural networks"
            "booktitle", "International Conference on Machine Learning"
            "year", "2017" ]
      proceedings
          "kingma2014vae"
          "Kingma and Welling 2014"
          "D. P. Kingma and M. Welling. Auto-encoding variational Bayes. International Conference on Learning Representations, 2014."
          [ "author", "Kingma, Diederik P. and Welling, Max"
            "title", "Auto-encoding variational {B}ayes"
            "booktitle", "International Conference on Learning Representations"
            "year", "2014" ]
      proceedings
          "kingma2014semi"
          "Kingma et al. 2014"
          "D. P. Kingma, D. J. Rezende, S. Mohamed and M. Welling. Semi-supervised learning with deep generative models. Advances in Neural Information Processing Systems, 2014."
          [ "author", "Kingma, Diederik P. and Rezende, Danilo J. and Mohamed, Shakir and Welling, Max"
            "title", "Semi-supervised learning with deep generative models"
            "booktitle", "Advances in Neural Information Processing Systems"
            "year", "2014" ]
      proceedings
          "sohn2015"
          "Sohn et al. 2015"
          "K. Sohn, H. Lee and X. Yan. Learning structured output representation using deep conditional generative models. Advances in Neural Information Processing Systems, 2015."
          [ "author", "Sohn, Kihyuk and Lee, Honglak and Yan, Xinchen"
            "title", "Learning structured output representation using deep conditional generative models"
            "booktitle", "Advances in Neural Information Processing Systems"
            "year", "2015" ]
      article
          "hinton2002"
          "Hinton 2002"
          "G. E. Hinton. Training products of experts by minimizing contrastive divergence. Neural Computation 14(8):1771–1800, 2002."
          [ "author", "Hinton, Geoffrey E."
            "title", "Training products of experts by minimizing contrastive divergence"
            "journal", "Neural Computation"
            "volume", "14"
            "number", "8"
            "pages", "1771--1800"
            "year", "2002" ]
      article
          "larochelle2012"
          "Larochelle et al. 2012"
          "H. Larochelle, M. Mandel, R. Pascanu and Y. Bengio. Learning algorithms for the classification restricted Boltzmann machine. Journal of Machine Learning Research 13:643–669, 2012."
          [ "author", "Larochelle, Hugo and Mandel, Michael and Pascanu, Razvan and Bengio, Yoshua"
            "title", "Learning algorithms for the classification restricted {B}oltzmann machine"
            "journal", "Journal of Machine Learning Research"
            "volume", "13"
            "pages", "643--669"
            "year", "2012" ]
      proceedings
          "gal2016"
          "Gal and Ghahramani 2016"
          "Y. Gal and Z. Ghahramani. Dropout as a Bayesian approximation: representing model uncertainty in deep learning. International Conference on Machine Learning, 2016."
          [ "author", "Gal, Yarin and Ghahramani, Zoubin"
            "title", "Dropout as a {B}ayesian approximation: representing model uncertainty in deep learning"
            "booktitle", "International Conference on Machine Learning"
            "year", "2016" ]
      proceedings
          "lakshminarayanan2017"
          "Lakshminarayanan et al. 2017"
          "B. Lakshminarayanan, A. Pritzel and C. Blundell. Simple and scalable predictive uncertainty estimation using deep ensembles. Advances in Neural Information Processing Systems, 2017."
          [ "author", "Lakshminarayanan, Balaji and Pritzel, Alexander and Blundell, Charles"
            "title", "Simple and scalable predictive uncertainty estimation using deep ensembles"
            "booktitle", "Advances in Neural Information Processing Systems"
            "year", "2017" ]
      proceedings
          "kingma2015adam"
          "Kingma and Ba 2015"
          "D. P. Kingma and J. Ba. Adam: a method for stochastic optimization. International Conference on Learning Representations, 2015."
          [ "author", "Kingma, Diederik P. and Ba, Jimmy"
            "title", "Adam: a method for stochastic optimization"
            "booktitle", "International Conference on Learning Representations"
            "year", "2015" ]
      proceedings
          "ho2020"
          "Ho et al. 2020"
          "J. Ho, A. Jain and P. Abbeel. Denoising diffusion probabilistic models. Advances in Neural Information Processing Systems 33, 2020."
          [ "author", "Ho, Jonathan and Jain, Ajay and Abbeel, Pieter"
            "title", "Denoising diffusion probabilistic models"
            "booktitle", "Advances in Neural Information Processing Systems"
            "year", "2020" ]
      proceedings
          "song2021"
          "Song et al. 2021"
          "J. Song, C. Meng and S. Ermon. Denoising diffusion implicit models. International Conference on Learning Representations, 2021."
          [ "author", "Song, Jiaming and Meng, Chenlin and Ermon, Stefano"
            "title", "Denoising diffusion implicit models"
            "booktitle", "International Conference on Learning Representations"
            "year", "2021" ]
      proceedings
          "nichol2021"
          "Nichol and Dhariwal 2021"
          "A. Nichol and P. Dhariwal. Improved denoising diffusion probabilistic models. International Conference on Machine Learning, 2021."
          [ "author", "Nichol, Alex and Dhariwal, Prafulla"
            "title", "Improved denoising diffusion probabilistic models"
            "booktitle", "International Conference on Machine Learning"
            "year", "2021" ]
      proceedings
          "salimans2022"
          "Salimans and Ho 2022"
          "T. Salimans and J. Ho. Progressive distillation for fast sampling of diffusion models. International Conference on Learning Representations, 2022."
          [ "author", "Salimans, Tim and Ho, Jonathan"
            "title", "Progressive distillation for fast sampling of diffusion models"
            "booktitle", "International Conference on Learning Representations"
            "year", "2022" ]
      proceedings
          "ho2021"
          "Ho and Salimans 2021"
          "J. Ho and T. Salimans. Classifier-free diffusion guidance. NeurIPS Workshop on Deep Generative Models and Downstream Applications, 2021."
          [ "author", "Ho, Jonathan and Salimans, Tim"
            "title", "Classifier-free diffusion guidance"
            "booktitle", "NeurIPS Workshop on Deep Generative Models and Downstream Applications"
            "year", "2021" ]
      article
          "lu2022"
          "Lu et al. 2022"
          "C. Lu, Y. Zhou, F. Bao, J. Chen, C. Li and J. Zhu. DPM-Solver++: fast solver for guided sampling of diffusion probabilistic models. arXiv:2211.01095, 2022."
          [ "author", "Lu, Cheng and Zhou, Yuhao and Bao, Fan and Chen, Jianfei and Li, Chongxuan and Zhu, Jun"
            "title", "{DPM-Solver++}: fast solver for guided sampling of diffusion probabilistic models"
            "journal", "arXiv:2211.01095"
            "year", "2022" ]
      proceedings
          "hang2023"
          "Hang et al. 2023"
          "T. Hang, S. Gu, C. Li, J. Bao, D. Chen, H. Hu, X. Geng and B. Guo. Efficient diffusion training via min-SNR weighting strategy. International Conference on Computer Vision, 2023."
          [ "author",
            "Hang, Tiankai and Gu, Shuyang and Li, Chen and Bao, Jianmin and Chen, Dong and Hu, Han and Geng, Xin and Guo, Baining"
            "title", "Efficient diffusion training via {min-SNR} weighting strategy"
            "booktitle", "International Conference on Computer Vision"
            "year", "2023" ]
      proceedings
          "rombach2022"
          "Rombach et al. 2022"
          "R. Rombach, A. Blattmann, D. Lorenz, P. Esser and B. Ommer. High-resolution image synthesis with latent diffusion models. Conference on Computer Vision and Pattern Recognition, 2022."
          [ "author",
            "Rombach, Robin and Blattmann, Andreas and Lorenz, Dominik and Esser, Patrick and Ommer, Bj{\\\"o}rn"
            "title", "High-resolution image synthesis with latent diffusion models"
            "booktitle", "Conference on Computer Vision and Pattern Recognition"
            "year", "2022" ]
      proceedings
          "ronneberger2015"
          "Ronneberger et al. 2015"
          "O. Ronneberger, P. Fischer and T. Brox. U-Net: convolutional networks for biomedical image segmentation. Medical Image Computing and Computer-Assisted Intervention, 2015."
          [ "author", "Ronneberger, Olaf and Fischer, Philipp and Brox, Thomas"
            "title", "{U-Net}: convolutional networks for biomedical image segmentation"
            "booktitle", "Medical Image Computing and Computer-Assisted Intervention"
            "year", "2015" ] ]

let find key =
    all |> List.find (fun reference -> reference.Key = key)

/// The entries of `references.bib`.
let bibtex (references: Reference list) =
    references
    |> List.map (fun reference ->
        let fields =
            reference.Fields
            |> List.map (fun (name, value) -> $"  {name} = {{{value}}}")
            |> String.concat ",\n"

        $"@{reference.Entry}{{{reference.Key},\n{fields}\n}}\n")
    |> String.concat "\n"
