import { apiKey, mintToken, tokenFlaw } from '../../src/keys/token.ts'
import { askAt, provision, startBinary } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'

/**
 * No key is made twice, and none with a character changed is taken: by the rules, and for one key by the executable, which
 * shows that the rules are its own. Usage: bun test/faults/keys.ts [minted] [changed] [presented]. Prints one line; exits
 * with 1 when a promise broke.
 */
const [minted = 20_000, changed = 100, presented = 46] = Bun.argv.slice(2).map(Number)
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_'

/** A key with each of its characters changed, in turn, to each other. */
const changesOf = function* (key: string) {
  for (let at = 0; at < apiKey.length; at++)
    for (const other of alphabet) if (other !== key[at]) yield key.slice(0, at) + other + key.slice(at + 1)
}

const keys = new Set<string>()
for (let number = 0; number < minted; number++) keys.add(mintToken())
const duplicates = minted - keys.size

let tried = 0
let missed = 0
for (const key of [...keys].slice(0, changed))
  for (const other of changesOf(key)) {
    tried++
    if (tokenFlaw(other) === undefined) missed++
  }

using directory = temporaryDirectory()
const server = await startBinary(directory.path, { CALLGATE_LOG_LEVEL: 'error' })
const key = await (await provision(server.command)).newKey()
const wholeKey = (await askAt(server.url, key)).status
const changes = [...changesOf(key)]
let asked = 0
let admitted = 0
for (let at = 0; at < changes.length; at += Math.ceil(changes.length / presented)) {
  const { status } = await askAt(server.url, changes[at] ?? '')
  asked++
  if (status !== 401 && status !== 429) admitted++
}
await server.stop()

process.stdout.write(
  `${minted} keys: ${duplicates} duplicates; ${tried} changes of one character in ${changed} keys: ${missed} not seen; ` +
    `${asked} at the executable: ${admitted} admitted\n`,
)
process.exit(duplicates + missed + admitted === 0 && wholeKey === 200 ? 0 : 1)
