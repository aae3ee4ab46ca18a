import { describe, expect, test } from 'bun:test'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '../support/directory.ts'
import { docsDirectory } from '../support/docs.ts'
import { serveFake } from '../support/fakes/serve.ts'
import { retryAfterCases } from '../support/retry-after.ts'

/** What stands in the place of each language's sleep: it notes the seconds, and waits for none of them. */
const sleeps = {
  'sitecustomize.py':
    'import os, time\ntime.sleep = lambda seconds: print(seconds, file=open(os.environ["WAITS"], "a"))\n',
  sleep: '#!/bin/sh\necho "$1" >>"$WAITS"\n',
  'preload.ts': `import { appendFileSync } from 'node:fs'
    const later = globalThis.setTimeout
    globalThis.setTimeout = ((action: () => void, ms = 0) => {
      appendFileSync(process.env.WAITS ?? '', ms / 1000 + '\\n')
      return later(action, 0)
    }) as typeof setTimeout`,
}

/** The answers to one number after the other: as many bad ones as there are, and then a good one. */
const answering = (bad: Bad[][]) => {
  const left = bad.map((answers) => [...answers, () => Response.json({ success: true, call_id: 'made' })])
  return serveFake((_request, body) => {
    const { phone_number } = JSON.parse(body) as { phone_number: string }
    return left[Number(phone_number)]?.shift()?.() ?? new Response('', { status: 500 })
  })
}
type Bad = () => Response | 'reset' | 'half'

/** Runs an example with a number for each list of bad answers, and gives what it waited for and printed. */
const run = async (command: string[], bad: Bad[][]) => {
  using directory = temporaryDirectory()
  for (const [name, text] of Object.entries(sleeps)) {
    writeFileSync(join(directory.path, name), text)
    chmodSync(join(directory.path, name), 0o755)
  }
  const server = await answering(bad)
  const waits = join(directory.path, 'waits')
  const env = {
    PATH: `${directory.path}:${process.env['PATH'] ?? ''}`,
    PYTHONPATH: directory.path,
    CALLGATE_URL: server.url,
    CALLGATE_KEY: 'any',
    WAITS: waits,
  }
  const numbers = bad.map((_answers, at) => String(at))
  const own = command.map((word) => word.replace('{}', directory.path))
  const child = Bun.spawn([...own, ...numbers], { env, stdout: 'pipe', stderr: 'pipe' })
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  const code = await child.exited
  server.close()
  const waited = existsSync(waits) ? readFileSync(waits, 'utf8').trim().split('\n').map(Number) : []
  return { code, out, err, waited }
}

const made = (count: number) => 'made\n'.repeat(count)

describe.each([
  ['trigger.ts', [process.execPath, '--preload', '{}/preload.ts']],
  ['trigger.py', ['python3']],
  ['trigger.sh', ['bash']],
])('%s', (file, program) => {
  const found = Bun.which(program[0] ?? '')
  const command = [...program, join(docsDirectory, 'examples', file)]
  const here = test.skipIf(found === null)

  here(
    'waits as long as Retry-After asks, up to an hour, and never comes back at once',
    async () => {
      const refusal = (written: (now: number) => string) => () =>
        new Response('{}', { status: 429, headers: { 'retry-after': written(Date.now()) } })
      const { code, out, err, waited } = await run(
        command,
        retryAfterCases.map(({ written }) => [refusal(written)]),
      )
      expect({ code, out, err }).toEqual({ code: 0, out: made(retryAfterCases.length), err: '' })
      const wrong = retryAfterCases.flatMap(({ written, seconds }, at) => {
        const [asked, wait = Number.NaN] = [Math.min(seconds || 1, 3600), waited[at]]
        // A date has whole seconds, and one passes on the way.
        const least = seconds && written(0) !== written(60_000) ? asked - 2 : asked
        return wait >= least && wait <= asked * 1.25 ? [] : [{ written: written(Date.now()), asked, wait }]
      })
      expect(wrong).toEqual([])
      expect(waited).toHaveLength(retryAfterCases.length)
    },
    60_000,
  )

  here(
    'takes an answer that is none for a lost one, and goes on with the rest',
    async () => {
      const bad = [
        () => new Response('<h1>Welcome</h1>', { status: 200 }),
        () => new Response('', { status: 200 }),
        () => Response.json(['no', 'object']),
        () => Response.json({ success: true }),
        () => new Response('[]', { status: 503 }),
        () => new Response('busy', { status: 429 }),
        () => 'half' as const,
        () => 'reset' as const,
      ]
      const { code, out, waited } = await run(command, [bad.slice(0, 6), bad.slice(6), []])
      expect({ code, out }).toEqual({ code: 0, out: made(3) })
      for (const [at, seconds] of waited.entries()) {
        const asked = Math.min(30, 2 ** (at % 6))
        expect({ at, isInTime: seconds >= asked && seconds <= asked * 1.25 }).toEqual({ at, isInTime: true })
      }
      expect(waited).toHaveLength(bad.length)
    },
    30_000,
  )
})
