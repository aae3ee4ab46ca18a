import { BufferedOutput } from './cli/buffered-output.ts'
import { run } from './cli/run.ts'

const out = new BufferedOutput(process.stdout)
const err = new BufferedOutput(process.stderr)
process.on('exit', () => [out, err].forEach((output) => output.flushSync()))

const readLine = async () => {
  for await (const line of console) return line
  return undefined
}

const ask = (question: string) => {
  process.stderr.write(question)
  return readLine()
}

/** Writes in pieces, each after the one before it was taken, because a pipe's buffer is small. */
const outFile = async (path: string) => {
  for await (const piece of Bun.file(path).stream())
    await new Promise<void>((taken, failed) =>
      process.stdout.write(piece, (error) => (error ? failed(error) : taken())),
    )
}

const code = await run(process.argv.slice(2), {
  env: process.env,
  isTerminal: process.stdout.isTTY === true,
  out: (text) => out.write(text),
  err: (text) => err.write(text),
  unread: () => out.waitingLength,
  limitDrain: (patienceMs) => out.limitDrain(patienceMs),
  readLine,
  ...(process.stdin.isTTY && process.stderr.isTTY ? { ask } : {}),
  input: () => Bun.stdin.stream(),
  outFile,
  ...(process.stderr.isTTY ? { progress: (step) => void process.stderr.write(`\r\u001b[K${step}`) } : {}),
})
await Promise.all([out.drained(), err.drained()])
process.exit(code)
