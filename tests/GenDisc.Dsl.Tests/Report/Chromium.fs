/// Loads a page in headless Chromium with the network off.
module GenDisc.Dsl.Tests.Report.Chromium

open System
open System.Diagnostics
open System.IO

/// The browser's path, if one is installed.
let find () =
    let folders =
        match Environment.GetEnvironmentVariable "PATH" with
        | null -> [||]
        | path -> path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)

    [ "chromium"; "chromium-browser"; "google-chrome-stable"; "google-chrome" ]
    |> Seq.collect (fun name -> folders |> Seq.map (fun folder -> Path.Combine(folder, name)))
    |> Seq.tryFind File.Exists

type Visit =
    {
        /// The document after its scripts have run.
        Dom: string
        /// What the page wrote to the console.
        Console: string list
    }

/// Opens a local file in a window of this size. `profile` is an empty folder for the browser's own files.
let visit (browser: string) (profile: string) (width: int, height: int) (file: string) =
    let start =
        ProcessStartInfo(browser, RedirectStandardOutput = true, RedirectStandardError = true)

    for argument in
        [ "--headless"
          "--no-sandbox"
          "--disable-gpu"
          "--disable-dev-shm-usage"
          "--disable-background-networking"
          "--no-first-run"
          "--host-resolver-rules=MAP * ~NOTFOUND"
          "--proxy-server=127.0.0.1:9"
          "--enable-logging=stderr"
          "--virtual-time-budget=15000"
          $"--user-data-dir={profile}"
          $"--window-size={width},{height}"
          "--dump-dom"
          Uri(file).AbsoluteUri ] do
        start.ArgumentList.Add argument

    use browser =
        match Process.Start start with
        | null -> failwith "the browser did not start"
        | started -> started

    let output = browser.StandardOutput.ReadToEndAsync()
    let errors = browser.StandardError.ReadToEndAsync()

    if not (browser.WaitForExit(TimeSpan.FromSeconds 60.0)) then
        browser.Kill true
        failwith "the browser did not finish within a minute"

    { Dom = output.Result
      Console =
        errors.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        |> Array.filter _.Contains("CONSOLE")
        |> List.ofArray }
