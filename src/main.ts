import { run } from './cli/run.ts'

process.exit(
  await run(process.argv.slice(2), {
    env: process.env,
    isTerminal: process.stdout.isTTY === true,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  }),
)
