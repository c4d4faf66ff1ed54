module GenDisc.Cli.Planned
let text (plan: GenDisc.Plan) : string = sprintf "%A" plan.Rows
