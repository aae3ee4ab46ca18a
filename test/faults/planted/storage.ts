import type { Fault } from './fault.ts'

const database = 'src/storage/database.ts'
const commit = 'src/storage/commit.ts'
const backup = 'src/storage/backup.ts'
const idempotency = 'src/calls/idempotency.ts'

export const storage: readonly Fault[] = [
  {
    title: 'synchronous is OFF: a commit does not wait for the disk',
    edits: [[database, 'PRAGMA synchronous = FULL', 'PRAGMA synchronous = OFF']],
    noticedBy: ['test/storage/commit.test.ts'],
  },
  {
    title: 'the connection that serves has another synchronous than the others',
    edits: [
      [
        'src/storage/data-dir.ts',
        'database.sqlite.run(`PRAGMA busy_timeout = ${servingBusyTimeoutMs}`)',
        'database.sqlite.run(`PRAGMA synchronous = NORMAL`)',
      ],
    ],
    noticedBy: ['test/storage/commit.test.ts'],
  },
  {
    title: 'foreign keys are not enforced',
    edits: [[database, 'PRAGMA foreign_keys = ON', 'PRAGMA foreign_keys = OFF']],
    noticedBy: ['test/storage/commit.test.ts'],
  },
  {
    title: 'a transaction is an async function: what fails in it is kept',
    edits: [
      [
        database,
        'sqlite.transaction(work).immediate() as',
        'sqlite.transaction(async () => work()).immediate() as',
      ],
    ],
    noticedBy: ['test/storage/commit.test.ts'],
  },
  {
    title: 'a trigger is answered before its call is on disk',
    edits: [['src/calls/trigger.ts', 'await needs.commit(', 'void needs.commit(']],
    noticedBy: ['test/http/trigger.test.ts'],
  },
  {
    title: 'what the disk did not take is answered as if it had',
    edits: [
      [commit, 'operation.settle({ error: storageUnavailable(error) })', 'operation.settle(undefined)'],
    ],
    noticedBy: ['test/storage/commit.test.ts'],
  },
  {
    title: 'an operation that fails leaves its half in the commit of its neighbours',
    edits: [[commit, '      rollback.run()\n', '']],
    noticedBy: ['test/storage/commit.test.ts'],
  },
  {
    title: 'a database of a newer program is opened',
    edits: [[database, 'refuseNewer(sqlite)\n    sqlite', 'sqlite']],
    noticedBy: ['test/storage/upgrade.test.ts', 'test/cli/doctor.test.ts'],
  },
  {
    title: 'a key for repeating is taken with another body too',
    edits: [
      [idempotency, "if (row.fingerprint !== fingerprint) throw new Failure('idempotency_mismatch')", ''],
    ],
    noticedBy: ['test/http/idempotency.test.ts'],
  },
  {
    title: 'a key for repeating holds for every environment',
    edits: [
      [
        'src/storage/idempotency.ts',
        "eq(idempotencyKeys.environmentId, sql.placeholder('environmentId')),",
        "sql`${sql.placeholder('environmentId')} <> ''`,",
      ],
    ],
    noticedBy: ['test/http/idempotency.test.ts'],
  },
  {
    title: 'a second request is not kept out while the first one is stored',
    edits: [[idempotency, 'this.#inFlight.add(name)', '']],
    noticedBy: ['test/http/idempotency.test.ts'],
  },
  {
    title: 'a key for repeating never expires',
    edits: [[idempotency, '|| row.createdAt <= now - idempotencyMs', '']],
    noticedBy: ['test/http/idempotency.test.ts'],
  },
  {
    title: 'a copy is not checked before it is called a backup',
    edits: [
      [backup, 'return summaryOf(part)', 'return { sizeBytes: 0, calls: 0, agencies: 0, sealed: false }'],
    ],
    noticedBy: ['test/storage/backup.test.ts'],
  },
  {
    title: 'a damaged backup is restored',
    edits: [[backup, 'const flaw = flawOf(database)', 'const flaw = undefined']],
    noticedBy: ['test/storage/backup.test.ts'],
  },
  {
    title: 'a restore overwrites the database that is there',
    edits: [[backup, 'if (existsSync(file)) throw taken(file)', 'rmSync(file, { force: true })']],
    noticedBy: ['test/storage/backup.test.ts'],
  },
  {
    title: 'a file that came to be meanwhile is overwritten by the finished one',
    edits: [
      [
        'src/storage/place-file.ts',
        'linkSync(finished, name)\n    rmSync(finished)',
        'renameSync(finished, name)',
      ],
    ],
    noticedBy: ['test/storage/place-file.test.ts'],
  },
  {
    title: 'orders of a restored backup go out again',
    edits: [[backup, 'forgetOrders(part)\n    return', 'return']],
    noticedBy: ['test/storage/backup.test.ts'],
  },
  {
    title: 'credentials are stored in the clear',
    edits: [
      [
        'src/storage/vault.ts',
        "return `${version}.${sealed.toString('base64url')}`",
        "return sealed.length === 0 ? '' : `clear.${plain}`",
      ],
      [
        'src/storage/vault.ts',
        "const [mark, body = ''] = sealed.split('.')",
        "if (sealed.startsWith('clear.')) return sealed.slice(6)\n    const [mark, body = ''] = sealed.split('.')",
      ],
    ],
    noticedBy: ['test/providers/accounts.test.ts'],
  },
  {
    title: 'what is sealed for one account opens for another',
    edits: [
      ['src/storage/vault.ts', 'nonce).setAAD(Buffer.from(label))', 'nonce)'],
      ['src/storage/vault.ts', '        .setAAD(Buffer.from(label))\n', ''],
    ],
    noticedBy: ['test/storage/vault.test.ts'],
  },
  {
    title: 'a change stands though its line of the audit could not be written',
    edits: [
      ['src/storage/audit.ts', 'if (line) record(line)', 'try {\n if (line) record(line)\n } catch {}'],
    ],
    noticedBy: ['test/http/admin/deeds.test.ts'],
  },
  {
    title: 'an old call whose events are still to be delivered is removed',
    edits: [
      [
        'src/storage/old-rows.ts',
        "deliveries where call_id = calls.id and state = 'pending'",
        "deliveries where call_id = calls.id and state = 'none'",
      ],
    ],
    noticedBy: ['test/storage/old-rows.test.ts'],
  },
]
