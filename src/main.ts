import { Outlet } from './cli/outlet.ts'
import { run } from './cli/run.ts'

const out = new Outlet(process.stdout)
const err = new Outlet(process.stderr)
process.on('exit', () => [out, err].forEach((outlet) => outlet.abandon()))

const readLine = async () => {
  for await (const line of console) return line
  return undefined
}

const code = await run(process.argv.slice(2), {
  env: process.env,
  isTerminal: process.stdout.isTTY === true,
  out: (text) => out.write(text),
  err: (text) => err.write(text),
  unread: () => out.waitingLength,
  hurry: (patienceMs) => out.hurry(patienceMs),
  readLine,
  input: () => Bun.stdin.stream(),
  ...(process.stderr.isTTY ? { progress: (step) => void process.stderr.write(`\r\u001b[K${step}`) } : {}),
})
await Promise.all([out.drained(), err.drained()])
process.exit(code)
