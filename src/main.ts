import { run } from './cli/run.ts'

const written: Promise<void>[] = []
/** Writes, and lets the end wait for it: what a slow pipe has not taken yet would be cut off. */
const writeTo = (stream: NodeJS.WriteStream) => (text: string) => {
  written.push(new Promise((done) => stream.write(text, () => done())))
}

const readLine = async () => {
  for await (const line of console) return line
  return undefined
}

const code = await run(process.argv.slice(2), {
  env: process.env,
  isTerminal: process.stdout.isTTY === true,
  out: writeTo(process.stdout),
  err: writeTo(process.stderr),
  readLine,
  ...(process.stderr.isTTY ? { progress: (step) => void process.stderr.write(`\r\u001b[K${step}`) } : {}),
})
await Promise.all(written)
process.exit(code)
