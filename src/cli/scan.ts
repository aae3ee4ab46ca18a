import { defineCommand } from 'citty'
import { Refusal } from '../failures.ts'
import type { KeyInEnvironment } from '../keys/keyring.ts'
import type { Find } from '../keys/search.ts'
import { tokenHash, tokenLast4 } from '../keys/token.ts'
import { DataDir } from '../storage/data-dir.ts'
import { configOf, type Io, iso, json, openStores, print } from './io.ts'
import { scanPath, scanStream, type Skip, skips } from './scan/files.ts'

export const scan = (io: Io) =>
  defineCommand({
    meta: { name: 'scan', description: 'Find API keys in files, and say which of them are live' },
    args: {
      'path...': {
        type: 'positional',
        required: true,
        description: 'Files and directories, or - for what is piped in',
      },
      ...json,
    },
    run: async ({ args }) => {
      using keys = knownKeys(io)
      const found: Found[] = []
      const skipped = new Map<Skip, number>()
      let files = 0
      for (const path of args._)
        for await (const seen of look(io, path)) {
          if ('skip' in seen) skipped.set(seen.skip, (skipped.get(seen.skip) ?? 0) + 1)
          else files++
          if ('skip' in seen && seen.skip === 'unreadable') io.err(`${seen.file} could not be read.\n`)
          if ('finds' in seen) found.push(...seen.finds.map((find) => keys.tell(seen.file, find)))
        }
      const lines = found.map((each) => `${each.file}:${each.line}: ${each.key} ${inWords(each)}`)
      print(
        io,
        args.json,
        { found: found.map(present), files, skipped: Object.fromEntries(skipped) },
        [...lines, summary(files, skipped)].join('\n'),
      )
      if (found.length > 0) throw new Refusal(verdict(found))
    },
  })

/** A key that was found and what is known of it. The key itself is nowhere in here. */
interface Found {
  file: string
  line: number
  key: string
  state: 'live' | 'replaced' | 'foreign' | 'unknown'
  /** Whose it is, where that is known. */
  of: KeyInEnvironment | undefined
}

const look = async function* (io: Io, path: string) {
  if (path !== '-') return yield* scanPath(path)
  if (!io.input) throw new Refusal('Nothing is piped in.')
  yield { file: '-', finds: await scanStream(io.input()) }
}

/** What the data directory knows of keys; where there is none, they are told all the same. */
const knownKeys = (io: Io) => {
  const opened = new DataDir(configOf(io)).exists ? openStores(io) : undefined
  return {
    tell: (file: string, { token, line }: Find): Found => {
      const of = opened?.stores.keys.findByHash(tokenHash(token))
      return {
        file,
        line,
        key: `bvai_sk_…${tokenLast4(token)}`,
        state: stateOf(of, opened !== undefined),
        of,
      }
    },
    [Symbol.dispose]: () => opened?.[Symbol.dispose](),
  }
}

const stateOf = (of: KeyInEnvironment | undefined, wasLookedUp: boolean): Found['state'] => {
  if (of) return of.replacedAt === null ? 'live' : 'replaced'
  return wasLookedUp ? 'foreign' : 'unknown'
}

const inWords = ({ state, of }: Found) => {
  if (state === 'unknown')
    return 'may be live: there is no data directory to look it up in. Set CALLGATE_DATA_DIR.'
  if (!of) return 'is not a key of this callgate. It may be live in another installation.'
  const whose = `the ${of.environment.name} key of ${of.environment.agencyName}`
  if (of.replacedAt !== null) return `was ${whose}, replaced on ${iso(of.replacedAt)}.`
  const access = of.environment.accessEnabled ? '' : ', with access switched off'
  return `is LIVE: ${whose}${access}. Rotate it.`
}

const present = ({ file, line, key, state, of }: Found) => ({
  file,
  line,
  key,
  state,
  agency: of?.environment.agencyId ?? null,
  environment: of?.environment.name ?? null,
  replaced_at: iso(of?.replacedAt),
})

const summary = (files: number, skipped: Map<Skip, number>) => {
  const passed = [...skipped].map(([skip, number]) => `${skips[skip]} ${number}`)
  return `Files looked at: ${files}. Not looked into: ${passed.join(', ') || 'nothing'}.`
}

const verdict = (found: Found[]) => {
  const live = found.filter(({ state }) => state === 'live').length
  return `Keys found: ${found.length}, live ones among them: ${live}.`
}
