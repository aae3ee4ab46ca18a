import type { Gate } from './gate.ts'
import { startFakeHttp } from './fakes/http.ts'
import { startReceiver } from './receiver.ts'
import { connect, until } from './scenarios.ts'
import { deliver, listen } from './webhooks.ts'
import { atOnce } from '../../src/work.ts'

interface Family {
  type: string
  help: string
  /** Every line's labels, without the bounds of a histogram. */
  labels: Set<string>
  samples: Map<string, number>
}

/** Reads Prometheus' text format 0.0.4 strictly: a line that it does not know throws. */
export const readMetrics = (text: string) => {
  const families = new Map<string, Family>()
  let helped = ['', '']
  let current = ''
  for (const line of text.trimEnd().split('\n')) {
    const [, about, name = '', rest = ''] = /^# (HELP|TYPE) ([a-z_]+) (.+)$/.exec(line) ?? []
    if (about === 'HELP') helped = [name, rest]
    else if (about === 'TYPE') {
      if (helped[0] !== name || families.has(name)) throw new Error(`out of order: ${line}`)
      families.set((current = name), {
        type: rest,
        help: helped[1] ?? '',
        labels: new Set(),
        samples: new Map(),
      })
    } else readSample(line, current, families.get(current))
  }
  return families
}

const readSample = (line: string, name: string, family: Family | undefined) => {
  const [, found = '', labels = '', value = ''] =
    /^([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)+)\})? (-?\d+(?:\.\d+)?(?:e-?\d+)?)$/.exec(line) ??
    []
  const suffix = found.slice(name.length)
  const known = family?.type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']
  if (!family || !found.startsWith(name) || !known.includes(suffix)) throw new Error(`no metric: ${line}`)
  const id = `${suffix}{${labels}}`
  if (family.samples.has(id)) throw new Error(`twice: ${line}`)
  family.samples.set(id, Number(value))
  for (const [, label = ''] of labels.matchAll(/([a-z_]+)="/g)) if (label !== 'le') family.labels.add(label)
}

export const metricsOf = ({ services }: Pick<Gate, 'services'>) => readMetrics(atOnce(services.readMetrics()))

/** A gate in which everything that is counted has happened at least once. */
export const busyGate = async () => {
  const fake = await startFakeHttp()
  const receiver = startReceiver()
  const connected = connect(fake)
  const { gate } = connected
  gate.services.deliverer.start()
  listen(gate, receiver.url)
  await gate.authorized('/api/v1/key')
  await gate.request('/api/v1/key')
  await gate.request('/nowhere')
  const { id } = await connected.place()
  await gate.postJson(`/api/v1/calls/${id}/end`, {})
  await connected.place()
  const lied = await connected.place()
  await connected.report(lied.id, 'completed')
  fake.move(lied.id, 'answered')
  gate.services.reconciler.start()
  await gate.clock.advance(11_000)
  await until(() => connected.slots() === 2)
  await gate.postJson('/api/v1/calls/trigger', { phone_number: '+12024561111' })
  await deliver(gate, 50_000)
  return {
    ...gate,
    [Symbol.asyncDispose]: async () => {
      gate.services.halt()
      await Promise.all([fake[Symbol.asyncDispose](), receiver[Symbol.asyncDispose]()])
    },
  }
}
