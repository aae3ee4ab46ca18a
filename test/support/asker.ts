import { steadily } from './latency.ts'

interface Asked {
  url: string
  headers: Record<string, string>
  perSecond: number
}

/** Asks for a URL in a process of its own, which nothing else that goes on holds up, until `stop` gives how long each took. */
export const startAsking = (asked: Asked) => {
  const command = [process.execPath, import.meta.path, JSON.stringify(asked)]
  const child = Bun.spawn(command, { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' })
  return {
    stop: async () => {
      void child.stdin.end()
      return (await new Response(child.stdout).json()) as number[]
    },
  }
}

const main = async (given = '') => {
  const { url, headers, perSecond } = JSON.parse(given) as Asked
  let isOver = false
  void Bun.stdin.text().then(() => (isOver = true))
  const ask = async () => {
    const answer = await fetch(url, { headers })
    if (!answer.ok) throw new Error(`${url} answered with ${answer.status}`)
    await answer.arrayBuffer()
  }
  const timesMs = await steadily(perSecond, () => isOver, ask)
  process.stdout.write(JSON.stringify(timesMs))
}

if (import.meta.main) await main(Bun.argv[2])
