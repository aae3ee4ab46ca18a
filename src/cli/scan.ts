import { defineCommand } from 'citty'
import { CommandError } from '../failures.ts'
import type { KeyInEnvironment } from '../keys/keyring.ts'
import type { Find } from '../keys/search.ts'
import { adminToken, apiKey, tokenHash, tokenKinds, tokenLast4 } from '../keys/token.ts'
import type { AdminToken } from '../people/admin-token.ts'
import { DataDir } from '../data-dir/data-dir.ts'
import { configOf, type Io, iso, json, print } from './io.ts'
import { scanPath, scanStream, type Skip, skips } from './scan/files.ts'
import { run, type Work } from '../work.ts'

export const scan = (io: Io) =>
  defineCommand({
    meta: {
      name: 'scan',
      description: 'Find API keys and admin tokens in files, and show which ones are live',
    },
    args: {
      'path...': {
        type: 'positional',
        required: true,
        description: 'Files and directories, or - for standard input',
      },
      ...json,
    },
    run: async ({ args }) => {
      using tokens = knownTokens(io)
      const found: Found[] = []
      const skipped = new Map<Skip, number>()
      let files = 0
      for (const path of args._)
        for await (const seen of look(io, path)) {
          if ('skip' in seen) skipped.set(seen.skip, (skipped.get(seen.skip) ?? 0) + 1)
          else files++
          if ('skip' in seen && seen.skip === 'unreadable') io.err(`${seen.file} could not be read.\n`)
          if ('finds' in seen)
            found.push(
              ...(await Promise.all(seen.finds.map(async (find) => await tokens.tell(seen.file, find)))),
            )
        }
      const lines = found.map((each) => `${each.file}:${each.line}: ${each.key} ${each.says}`)
      print(
        io,
        args.json,
        { found: found.map(present), files, skipped: Object.fromEntries(skipped) },
        [...lines, summary(files, skipped)].join('\n'),
      )
      if (found.length > 0) throw new CommandError(verdict(found))
    },
  })

/** A found token, without its text. */
interface Found {
  file: string
  line: number
  /** Its kind and its last characters. */
  key: string
  state: 'live' | 'replaced' | 'foreign' | 'unknown'
  agency: string | null
  environment: string | null
  replacedAt: number | null
  says: string
}

const look = async function* (io: Io, path: string) {
  if (path !== '-') return yield* scanPath(path)
  if (!io.input) throw new CommandError('The input is empty.')
  yield { file: '-', finds: await scanStream(io.input()) }
}

/** The state of a token by the data directory; without one, tokens are reported all the same. */
const knownTokens = (io: Io) => {
  const dataDir = new DataDir(configOf(io))
  const opened = dataDir.exists ? dataDir.openStores() : undefined
  return {
    tell: async (file: string, { token, line }: Find): Promise<Found> => {
      const kind = tokenKinds.find(({ prefix }) => token.startsWith(prefix)) ?? apiKey
      const known = opened && (await (kind === adminToken ? tokenIn : keyIn)(opened, tokenHash(token)))
      const other = opened ? foreign : unknown
      return { file, line, key: `${kind.prefix}…${tokenLast4(token)}`, ...(known ?? other) }
    },
    [Symbol.dispose]: () => opened?.[Symbol.dispose](),
  }
}

interface TokenStores {
  keys: { findByHash(hash: string): KeyInEnvironment | undefined }
  adminTokens: { findByHash(hash: string): Work<AdminToken | undefined> }
}

type Known = Omit<Found, 'file' | 'line' | 'key'>

const nobodys = { agency: null, environment: null, replacedAt: null }
const foreign: Known = {
  ...nobodys,
  state: 'foreign',
  says: 'is not of this callgate. It may be live in another installation.',
}
const unknown: Known = {
  ...nobodys,
  state: 'unknown',
  says: 'may be live. There is no data directory to look it up in: set CALLGATE_DATA_DIR.',
}

const keyIn = ({ keys }: TokenStores, hash: string): Known | undefined => {
  const key = keys.findByHash(hash)
  if (!key) return undefined
  const { environment, replacedAt } = key
  const whose = `the ${environment.name} key of ${environment.agencyName}`
  const access = environment.accessDisabledBy === null ? '' : ', with API access disabled'
  return {
    state: replacedAt === null ? 'live' : 'replaced',
    agency: environment.agencyId,
    environment: environment.name,
    replacedAt,
    says:
      replacedAt === null
        ? `is LIVE: ${whose}${access}. Rotate it.`
        : `was ${whose}, replaced on ${iso(replacedAt)}.`,
  }
}

const tokenIn = async ({ adminTokens }: TokenStores, hash: string): Promise<Known | undefined> => {
  const token = await run(adminTokens.findByHash(hash))
  if (!token) return undefined
  const { name, agencyId, revokedAt } = token
  return {
    state: revokedAt === null ? 'live' : 'replaced',
    agency: agencyId,
    environment: null,
    replacedAt: revokedAt,
    says:
      revokedAt === null
        ? `is LIVE: the admin token ${name}. Revoke it.`
        : `was the admin token ${name}, revoked on ${iso(revokedAt)}.`,
  }
}

const present = ({ file, line, key, state, agency, environment, replacedAt }: Found) => ({
  file,
  line,
  key,
  state,
  agency,
  environment,
  replaced_at: iso(replacedAt),
})

const summary = (files: number, skipped: Map<Skip, number>) => {
  const passed = [...skipped].map(([skip, number]) => `${skips[skip]} ${number}`)
  return `Files scanned: ${files}. Skipped: ${passed.join(', ') || 'nothing'}.`
}

const verdict = (found: Found[]) => {
  const live = found.filter(({ state }) => state === 'live').length
  return `Keys found: ${found.length}; live: ${live}.`
}
