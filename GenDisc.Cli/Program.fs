module GenDisc.Cli.Program

[<EntryPoint>]
let main _ = 0
