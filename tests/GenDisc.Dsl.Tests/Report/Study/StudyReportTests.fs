module GenDisc.Dsl.Tests.Report.StudyReportTests
open System.IO
open Expecto
open GenDisc.Reporting
let tests =
    testList "StudyReport" [
        test "keep" {
            for s in [StudyFixture.comparison; StudyFixture.labelCurve; StudyFixture.pareto; StudyFixture.oneSeed] do
                let root = "/tmp/page-samples/" + s.Kind + string s.Seeds.Length
                Directory.CreateDirectory root |> ignore
                let f = StudyFixture.writeIn root s
                StudyReport.write f |> ignore } ]
