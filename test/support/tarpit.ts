/** What a tarpit is told to do: test each of these endpoints twice at the same time. */
interface Tests {
  url: string
  token: string
  hostile: object[]
}

type Line =
  | { event: 'listening'; url: string }
  | { event: 'hangs' }
  | { event: 'over'; mostHanging: number; refused: number }

/** An endpoint that takes the connection and never answers, and those who have it tested, in a process of their own. */
export const startTarpit = () => {
  const child = Bun.spawn([process.execPath, import.meta.path], {
    // More than Bun's 256: each test waits for its answer.
    env: { ...process.env, BUN_CONFIG_MAX_HTTP_REQUESTS: '5000' },
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const lines = linesOf(child.stdout)
  const lineOf = async <Event extends Line['event']>(event: Event) => {
    const { value } = await lines.next()
    if (value?.event !== event) throw new Error(`the tarpit ended before "${event}"`)
    return value as Extract<Line, { event: Event }>
  }
  const listening = lineOf('listening')
  const hanging = listening.then(() => lineOf('hangs'))
  const over = hanging.then(() => lineOf('over'))
  return {
    url: listening.then(({ url }) => url),
    /** Resolves when the tests that may hang at a time do so. */
    hangs: hanging.then(() => true),
    over,
    test: (tests: Tests) => {
      void child.stdin.write(JSON.stringify(tests))
      void child.stdin.end()
    },
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Line> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of stream) {
    const complete = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = complete.pop() ?? ''
    for (const line of complete) yield JSON.parse(line) as Line
  }
}

const say = (line: Line) => process.stdout.write(`${JSON.stringify(line)}\n`)

const main = async () => {
  let hanging = 0
  let mostHanging = 0
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 0,
    fetch: async (request) => {
      mostHanging = Math.max(mostHanging, ++hanging)
      await new Promise<void>((ended) => request.signal.addEventListener('abort', () => ended()))
      hanging--
      return new Response()
    },
  })
  say({ event: 'listening', url: server.url.href })
  const { url, token, hostile } = (await Bun.stdin.json()) as Tests
  let refused = 0
  const test = async (whose: object) => {
    const answer = await fetch(`${url}/api/admin/v1/webhook.test`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(whose),
    })
    await answer.arrayBuffer()
    if (answer.status === 409) refused++
  }
  const tests = hostile.flatMap((whose) => [test(whose), test(whose)])
  while (hanging < Math.min(hostile.length, 100)) await Bun.sleep(5)
  say({ event: 'hangs' })
  await Promise.all(tests)
  say({ event: 'over', mostHanging, refused })
  await server.stop(true)
}

if (import.meta.main) await main()
