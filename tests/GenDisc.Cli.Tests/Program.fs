module GenDisc.Cli.Tests.Program

open Expecto
open GenDisc.Cli.Tests

[<EntryPoint>]
let main args =
    runTestsWithCLIArgs
        []
        args
        (testSequenced
         <| testList
             "GenDisc.Cli"
             [ SettingsTests.tests
               ArgumentsTests.tests
               DiagnosticTests.tests
               TroubleTests.tests
               JsonTests.tests
               StatusLineTests.tests
               TerminalTests.tests
               ProgressTests.tests
               RunFoldersTests.tests
               StudyFoldersTests.tests
               NewCommandTests.tests
               ScriptHostTests.tests
               ProgramTests.tests
               EndToEndTests.tests
               LanesTests.tests
               ImportRulesTests.tests ])
