module GenDisc.Dsl.Tests.Program

open Expecto

[<EntryPoint>]
let main args =
    // One test at a time: TorchSharp's temporary scalars can be finalised while native code reads them, when another
    // thread's garbage sets off a collection just then.
    runTestsWithCLIArgs
        [ Sequenced ]
        args
        (testList
            "GenDisc.Dsl"
            [ LossTests.tests
              ExperimentTests.tests
              MirrorTests.tests
              CheckTests.tests
              PlanTests.tests
              SequenceCheckTests.tests
              SequenceProblemTests.tests
              DataRulesTests.tests
              PretrainedCheckTests.tests
              AgainstRulesTests.tests
              EncoderRulesTests.tests
              AugmentRulesTests.tests
              MachineCheckTests.tests
              MachineRulesTests.tests
              ToldClassesCheckTests.tests
              ExplainTests.tests
              PlanJsonTests.tests
              Progress.WordingTests.tests
              Running.RunTests.tests
              Running.TroubleTests.tests
              Running.SequenceRunTests.tests
              Running.GapRunTests.tests
              Running.PretrainedRunTests.tests
              Running.AugmentedRunTests.tests
              Running.MachineRunTests.tests
              Running.MachineHeadsTests.tests
              Running.ToldClassesRunTests.tests
              Running.PretrainedModelTests.tests
              Running.ChangedDataTests.tests
              Running.SeedsTests.tests
              Running.TemperaturesTests.tests
              Running.EvaluationTests.tests
              Running.BadFilesTests.tests
              Report.MosaicTests.tests
              Report.StatisticsTests.tests
              Report.HtmlTests.tests
              Report.FormulasTests.tests
              Report.ReportTests.tests
              Report.SectionTests.tests
              Report.AugmentationSectionTests.tests
              Report.BoltzmannSectionTests.tests
              Report.BoltzmannStandingTests.tests
              Report.EnergySectionTests.tests
              Report.PartialFilesTests.tests
              Report.TemperaturesPageTests.tests
              Report.PageTests.tests ])
