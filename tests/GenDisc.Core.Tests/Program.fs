module GenDisc.Core.Tests.Program

open Expecto

let private all =
    [ Data.DatasetTests.tests
      Data.SplitsTests.tests
      Data.BatchesTests.tests
      Data.Readers.IdxTests.tests
      Data.Store.DownloaderTests.tests
      Data.Store.DataStoreTests.tests
      Data.Synthetic.GeneratedTests.tests
      Data.Synthetic.StrokeDigitsTests.tests ]

[<EntryPoint>]
let main args =
    runTestsWithCLIArgs [] args (testList "GenDisc.Core" all)
