import { agentProblem } from '../providers/kinds.ts'
import type { DataDir } from '../storage/data-dir.ts'
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

const scarceBytes = 1e9
const desperateBytes = 100e6
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
          ok('database', `whole, ${readableBytes(database.sizeBytes)}`),
          log(database),
          migrations(database),
          clock(database, now),
          secret(database, findings.hasSecret),
          agents(database),
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
      `${path} is on a network file system (${network}), where SQLite's locks do not hold. Move it to a local disk.`,
    )
  return ok('directory', path)
}

const permissions = ({ path, open, owner, foreign }: Findings): Check => {
  if (owner && foreign.length > 0)
    return fail(
      'permissions',
      `the directory belongs to ${userOf(owner.uid)}, who may not open ${foreign.join(', ')}. Run: sudo chown -R ${owner.uid} ${path}`,
    )
  if (owner && owner.uid !== owner.ownUid)
    return warn(
      'permissions',
      `the directory belongs to ${userOf(owner.uid)}, and this is ${userOf(owner.ownUid)}, whose files that user may not open. Run: ${commandAs(owner.uid)}`,
    )
  if (open === null)
    return ok('permissions', 'not looked at on Windows: see to it that others cannot open the directory')
  if (open.length > 0)
    return warn('permissions', `others may open ${open.join(', ')}. Run: chmod go-rwx ${open.join(' ')}`)
  return ok('permissions', 'for the owner alone')
}

const disk = ({ freeBytes }: Findings, sizeBytes: number): Check => {
  const says = `${readableBytes(freeBytes)} free`
  if (freeBytes < desperateBytes)
    return fail('disk', `${says}. Triggers are refused when it is full: make room.`)
  if (freeBytes < Math.max(scarceBytes, sizeBytes))
    return warn('disk', `${says}. A backup needs as much as the database: make room.`)
  return ok('disk', says)
}

const log = ({ journalMode, logBytes }: DatabaseFindings): Check => {
  if (journalMode !== 'wal')
    return warn('log', `the journal mode is ${journalMode}. The next start makes it wal.`)
  const says = `wal, ${readableBytes(logBytes)}`
  if (logBytes > longLogBytes)
    return warn('log', `${says}. Something reads the database and never ends: find and end it.`)
  return ok('log', says)
}

const migrations = ({ migrationState: { applied, known, unknown } }: DatabaseFindings): Check => {
  if (unknown > 0)
    return fail(
      'migrations',
      'written by a newer callgate. Use that version or a later one, or restore a backup.',
    )
  if (applied === 0) return fail('migrations', 'this is not a database of callgate.')
  if (applied < known)
    return warn('migrations', `${known - applied} to come. The next start applies them: back up first.`)
  return ok('migrations', `all ${known} applied`)
}

const clock = ({ newestAt }: DatabaseFindings, now: number): Check => {
  if (newestAt === null || newestAt <= now + skewMs) return ok('clock', new Date(now).toISOString())
  const newest = new Date(newestAt).toISOString()
  return warn(
    'clock',
    `it is ${new Date(now).toISOString()}, and there are rows of ${newest}. Set it by a time server.`,
  )
}

const secret = ({ sealed, unopened }: DatabaseFindings, hasSecret: boolean): Check => {
  if (sealed === 0)
    return ok('secret', hasSecret ? 'present, nothing is sealed yet' : 'made at the first start')
  if (!hasSecret)
    return fail(
      'secret',
      'missing, and there are sealed credentials. Put back the secret file, or set CALLGATE_SECRET.',
    )
  if (unopened > 0)
    return fail(
      'secret',
      `opens ${sealed - unopened} of ${sealed} sealed credentials. Put back the one they were sealed with, or save them again.`,
    )
  return ok('secret', `opens all ${sealed} sealed credentials`)
}

const agents = ({ agents: all }: DatabaseFindings): Check => {
  const broken = all.flatMap((agent) => {
    const problem = agentProblem(agent)
    return problem === undefined ? [] : [`${agent.name} (${agent.id}): ${problem}`]
  })
  if (broken.length === 0) return ok('agents', `${all.length} at a provider, with all that it asks for`)
  const named = broken.slice(0, mostAgentsNamed).join(' ')
  return warn('agents', `${broken.length} of ${all.length} cannot place calls: ${named}`)
}
