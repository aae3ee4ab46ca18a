import { desperateBytes, scarceBytes } from '../alarms/free-space.ts'
import { anyCountry } from '../policy/rules.ts'
import { agentProblem } from '../providers/kinds.ts'
import type { DataDir } from '../data-dir/data-dir.ts'
import { commandAs, userOf } from '../user.ts'
import { readableBytes } from './io.ts'

type Findings = ReturnType<DataDir['inspect']>
type DatabaseFindings = Extract<Findings['database'], { flaw: null }>

/** A result of the doctor: the subject, its state, and the remedy. */
export interface Check {
  name: string
  level: 'ok' | 'warn' | 'fail'
  says: string
}

const check = (level: Check['level']) => (name: string, says: string) => ({ name, level, says })
export const ok = check('ok')
export const warn = check('warn')
export const fail = check('fail')

/** A log that checkpoints can empty stays below this; a reader that never ends makes it grow. */
const longLogBytes = 256e6
const skewMs = 60_000
const mostAgentsNamed = 3

/** Judges the findings in a data directory, as of `now`. */
export const judge = (findings: Findings, now: number): Check[] => {
  const { database } = findings
  return [
    directory(findings),
    permissions(findings),
    disk(findings, database.flaw === null ? database.sizeBytes : 0),
    ...(database.flaw === null
      ? [
          ok('database', `intact, ${readableBytes(database.sizeBytes)}`),
          log(database),
          migrations(database),
          clock(database, now),
          schema(database),
          secret(database, findings.hasSecret),
          audit(database),
          agents(database),
          countries(database),
        ]
      : [trouble(database)]),
  ]
}

const trouble = ({ flaw, damaged }: Exclude<Findings['database'], { flaw: null }>): Check =>
  damaged
    ? fail('database', `damaged: ${flaw}. Stop the server, move callgate.db away and restore a backup.`)
    : fail('database', `cannot be read: ${flaw}. Run the doctor as the server's user.`)

const directory = ({ path, problem, network }: Findings): Check => {
  if (problem !== undefined) return fail('directory', problem)
  if (network !== undefined)
    return warn(
      'directory',
      `${path} is on a network file system (${network}), where SQLite's locks do not work. Move it to a local disk.`,
    )
  return ok('directory', path)
}

const permissions = ({ path, open, owner, foreign }: Findings): Check => {
  if (owner && foreign.length > 0)
    return fail(
      'permissions',
      `the directory belongs to ${userOf(owner.uid)}, who cannot open ${foreign.join(', ')}. Run: sudo chown -R ${owner.uid} ${path}`,
    )
  if (owner && owner.uid !== owner.ownUid)
    return warn(
      'permissions',
      `the directory belongs to ${userOf(owner.uid)}, who cannot open files that ${userOf(owner.ownUid)} creates. Run commands as the owner: ${commandAs(owner.uid)}`,
    )
  if (open === null)
    return ok('permissions', 'not checked on Windows. Make sure that other users cannot open the directory.')
  if (open.length > 0)
    return warn('permissions', `other users can open ${open.join(', ')}. Run: chmod go-rwx ${open.join(' ')}`)
  return ok('permissions', 'only the owner has access')
}

const disk = ({ freeBytes }: Findings, sizeBytes: number): Check => {
  const says = `${readableBytes(freeBytes)} free`
  if (freeBytes < desperateBytes)
    return fail('disk', `${says}. When the disk is full, triggers fail. Free up space.`)
  if (freeBytes < Math.max(scarceBytes, sizeBytes))
    return warn('disk', `${says}. A backup needs as much space as the database. Free up space.`)
  return ok('disk', says)
}

const log = ({ journalMode, logBytes }: DatabaseFindings): Check => {
  if (journalMode !== 'wal')
    return warn('log', `the journal mode is ${journalMode}. The next start changes it to wal.`)
  const says = `wal, ${readableBytes(logBytes)}`
  if (logBytes > longLogBytes)
    return warn('log', `${says}. A process keeps a read transaction open. Find and stop it.`)
  return ok('log', says)
}

const migrations = ({ migrationState: { applied, known, unknown } }: DatabaseFindings): Check => {
  if (unknown > 0)
    return fail(
      'migrations',
      'the database was written by a newer version. Use that version or a later one, or restore a backup.',
    )
  if (applied === 0) return fail('migrations', 'this is not a callgate database.')
  if (applied < known)
    return warn('migrations', `${known - applied} pending. The next start applies them. Back up first.`)
  return ok('migrations', `all ${known} applied`)
}

const clock = ({ newestAt }: DatabaseFindings, now: number): Check => {
  if (newestAt === null || newestAt <= now + skewMs) return ok('clock', new Date(now).toISOString())
  const newest = new Date(newestAt).toISOString()
  return warn(
    'clock',
    `it is ${new Date(now).toISOString()}, but the newest row is from ${newest}. Synchronize the clock.`,
  )
}

const schema = ({ schemaFlaw }: DatabaseFindings): Check =>
  schemaFlaw === undefined
    ? ok('schema', 'as its migrations make it')
    : fail('schema', `${schemaFlaw}. Find out who changed it, and restore a backup from before.`)

const mostSealsNamed = 3

const secret = ({ sealed, unopened, isOwnSecret }: DatabaseFindings, hasSecret: boolean): Check => {
  if (!hasSecret)
    return sealed === 0
      ? ok('secret', 'created at the first start')
      : fail(
          'secret',
          'missing, but there are encrypted credentials. Restore the secret file, or set CALLGATE_SECRET.',
        )
  if (isOwnSecret === false)
    return fail(
      'secret',
      'not the one that the database is sealed with. Put the right one there. If it is lost, run: callgate secret rotate --lost',
    )
  if (unopened.length > 0)
    return fail(
      'secret',
      `does not decrypt ${listed(unopened)}: changed, or sealed for another URL or with another secret. Check the URL and save it again.`,
    )
  return ok(
    'secret',
    sealed === 0
      ? 'present; there are no encrypted credentials yet'
      : `decrypts all ${sealed} encrypted credentials`,
  )
}

const listed = (names: string[]) => {
  const more = names.length - mostSealsNamed
  return `${names.slice(0, mostSealsNamed).join(', ')}${more > 0 ? `, and ${more} more` : ''}`
}

const audit = ({ chain }: DatabaseFindings): Check => {
  if (chain === undefined)
    return warn('audit', 'not verified: its secret is not here, or the next start chains its entries first')
  if (chain.flaw === null) return ok('audit', `${chain.entries} entries, none changed or taken out`)
  return fail('audit', `${chain.flaw}. Compare it with a backup or with your collected logs.`)
}

const countries = ({ countries: chosen }: DatabaseFindings): Check => {
  if (chosen === null)
    return warn(
      'countries',
      'not chosen yet, so no call rings a phone. Choose them: callgate policy set --countries US,CA',
    )
  if (chosen.includes(anyCountry))
    return warn(
      'countries',
      'every country may be called, also with a stolen key. Choose some: callgate policy set --countries US,CA',
    )
  return ok('countries', chosen.join(', '))
}

const agents = ({ agents: all }: DatabaseFindings): Check => {
  const broken = all.flatMap((agent) => {
    const problem = agentProblem(agent)
    return problem === undefined ? [] : [`${agent.name} (${agent.id}): ${problem}`]
  })
  if (broken.length === 0) return ok('agents', `${all.length} at a provider, all complete`)
  const named = broken.slice(0, mostAgentsNamed).join(' ')
  return warn('agents', `${broken.length} of ${all.length} cannot place calls: ${named}`)
}
