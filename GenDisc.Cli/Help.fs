/// Examples and overview texts.
module GenDisc.Cli.Help

let run =
    [ "gendisc run experiments/quickstart.fsx"
      "gendisc run hybrid.fsx --data ~/data --epochs 10 --seed 2"
      "gendisc run hybrid.fsx --json --fresh > results.jsonl"
      "gendisc run label-efficiency.fsx --full --threads 8      (a study: up to 8 runs at once)"
      "gendisc run sweep.fsx -- --widths 64,128      (what follows -- is for the script)" ]

let check =
    [ "gendisc check hybrid.fsx      (types, shapes, parameters, FLOPs; trains nothing)" ]

let list = [ "gendisc list"; "gendisc list --runs ~/runs --json" ]

let show =
    [ "gendisc show hybrid-mnist      (the beginning of an id will do)"
      "gendisc show runs/hybrid-mnist-0a1b2c3d" ]

let data =
    [ "gendisc data list      (also how scripts name your own files)"
      "gendisc data get mnist      (downloads and verifies, into the user's cache folder)" ]

let create =
    [ "gendisc new my-experiment      (writes my-experiment.fsx)"
      "gendisc new my-forecast --series" ]

let overview (version: string) =
    "gendisc "
    + version
    + ": models that generate and discriminate, declared in F# scripts

USAGE: gendisc COMMAND [options]

COMMANDS:

    run FILE.fsx      train the experiments of a script; each leaves a run folder with a report
    check FILE.fsx    check them and print their plans; train nothing
    new NAME          write a starter script
    list              list runs, studies and searches
    show RUN          print a run's source and figures, or what a study found
    data list         list the data sets and where they are
    data get NAME     download a data set

    --help            after a command: its options, with examples
    --version

EXAMPLES:

    gendisc new first
    gendisc run first.fsx
    gendisc list
"
