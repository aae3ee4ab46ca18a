import { anywhere, before, drop, put, within } from '../planting/change.ts'
import type { Fault } from './fault.ts'

const open = within('openDatabase')
const transaction = within('inTransaction')
const refuseNewer = within('refuseNewer')
const openServing = within('DataDir.openServingDatabase')
const startCall = within('start')
const commit = within('createCommit')
const attempt = within('createAttempt')
const repeats = within('createIdempotencyStore')
const claim = within('Idempotency.claim')
const backUp = within('backUp')
const summary = within('summaryOf')
const restore = within('restore')
const taken = within('refuseTaken')
const seal = within('Vault.seal')
const unseal = within('unseal')
const bound = within('accountBinding')
const required = within('requireSecret')
const past = within('endWhatIsPast')
const link = within('AuditChain.linkOf')
const ends = within('AuditChain.keepEnds')
const audited = within('createAuditStore.change')
const oldRows = within('createOldRows')

export const storage: readonly Fault[] = [
  {
    title: 'synchronous is OFF: a commit does not wait for the disk',
    edits: [open(/synchronous = FULL/, put('synchronous = OFF'))],
    noticedBy: ['commit'],
  },
  {
    title: 'the connection that serves has another synchronous than the others',
    edits: [openServing('`PRAGMA busy_timeout = ${_}`', put("'PRAGMA synchronous = NORMAL'"))],
    noticedBy: ['commit'],
  },
  {
    title: 'foreign keys are not enforced',
    edits: [open(/foreign_keys = ON/, put('foreign_keys = OFF'))],
    noticedBy: ['commit'],
  },
  {
    title: 'a transaction is an async function: what fails in it is kept',
    edits: [transaction('_._($here).immediate()', put('async () => $here()'))],
    noticedBy: ['commit'],
  },
  {
    title: 'a trigger is answered before its call is on disk',
    edits: [
      startCall(
        'try { await $stored } catch ($error) { $$undo }',
        put('try { void $stored } catch ($error) { $$undo }'),
      ),
    ],
    noticedBy: ['trigger'],
  },
  {
    title: 'what the disk did not take is answered as if it had',
    edits: [commit('$operation.$settle({ _: _(_) })', put('$operation.$settle(undefined)'))],
    noticedBy: ['commit'],
  },
  {
    title: 'an operation that fails leaves its half in the commit of its neighbours',
    edits: [attempt('try { __ } catch (_) { if (_) throw _; $here; _; return _ } finally { __ }', drop)],
    noticedBy: ['commit'],
  },
  {
    title: 'a database of a newer program is opened',
    edits: [refuseNewer('if (_) throw _', drop)],
    noticedBy: ['upgrade', 'doctor'],
  },
  {
    title: 'a key for repeating is taken with another body too',
    edits: [anywhere("if (_) throw new _('idempotency_mismatch')", drop)],
    noticedBy: ['idempotency'],
  },
  {
    title: 'a key for repeating holds for every environment',
    edits: [repeats('and(eq(_, $given), $same)', put("and(sql`${$given} <> ''`, $same)"))],
    noticedBy: ['idempotency'],
  },
  {
    title: 'a second request is not kept out while the first one is stored',
    edits: [claim('_.add(_);', drop)],
    noticedBy: ['idempotency'],
  },
  {
    title: 'a key for repeating never expires',
    edits: [claim('if (_ || $here) { __ }', put('false'))],
    noticedBy: ['idempotency'],
  },
  {
    title: 'a copy is not checked before it is called a backup',
    edits: [
      backUp("_('checking'); const _ = $here", put('{ sizeBytes: 0, calls: 0, agencies: 0, sealed: false }')),
    ],
    noticedBy: ['backup'],
  },
  {
    title: 'a damaged backup is restored',
    edits: [
      summary('const $flaw = $here; if ($flaw) throw _; const _ = _; if (_) throw _', put('undefined')),
    ],
    noticedBy: ['backup'],
  },
  {
    title: 'a restore overwrites the database that is there',
    edits: [taken('if (_($file)) throw _', put('rmSync($file, { force: true })'))],
    noticedBy: ['backup'],
  },
  {
    title: 'a file that came to be meanwhile is overwritten by the finished one',
    edits: [anywhere('linkSync($from, $to); rmSync($from)', put('renameSync($from, $to)'))],
    noticedBy: ['place-file'],
  },
  {
    title: 'orders of a restored backup go out again',
    edits: [past(/(?<=set )dispatch = 'unknown', /, put(''))],
    noticedBy: ['backup'],
  },
  {
    title: 'credentials are stored in the clear',
    edits: [
      seal(
        "const _ = Buffer.concat([_, _.update($plain, 'utf8'), __]); return $here",
        put('`clear.${$plain}`'),
      ),
      unseal(
        "const [_, _ = ''] = $sealed.split('.')",
        before("if ($sealed.startsWith('clear.')) return $sealed.slice(6)"),
      ),
    ],
    noticedBy: ['accounts'],
  },
  {
    title: 'what is sealed for one account opens for another',
    edits: [seal('$cipher.setAAD(_)', put('$cipher')), unseal('$cipher.setAAD(_)', put('$cipher'))],
    noticedBy: ['vault', 'seals'],
  },
  {
    title: 'credentials are bound to no base URL',
    edits: [
      bound('[_, $id, $agency, $provider, $baseUrl]', put("['provider account', $id, $agency, $provider]")),
    ],
    noticedBy: ['seals'],
  },
  {
    title: 'what an earlier version sealed is sealed anew a second time',
    edits: [required('if (_($sqlite)) throw _', drop)],
    noticedBy: ['seals'],
  },
  {
    title: 'a changed backup is restored',
    edits: [restore("if (_ === 'changed') throw _", drop)],
    noticedBy: ['backup-mac'],
  },
  {
    title: 'sessions and links of a backup live on',
    edits: [past('for (const _ of _) _._(_);', drop)],
    noticedBy: ['backup-mac'],
  },
  {
    title: 'the MAC of an entry does not cover the one before',
    edits: [link('[$previous, $number, ...$values]', put('[$number, ...$values]'))],
    noticedBy: ['audit-chain'],
  },
  {
    title: 'a chain that somebody changed is made good by the next entry',
    edits: [ends('$whole ? $mac : _', put('$mac'))],
    noticedBy: ['audit-chain'],
  },
  {
    title: 'a change stands though its line of the audit could not be written',
    edits: [audited('if ($line) _($line)', put('try { $here } catch {}'))],
    noticedBy: ['perform', 'audited'],
  },
  {
    title: 'an old call whose events are still to be delivered is removed',
    edits: [oldRows(/(?<=deliveries where .*)state = 'pending'/, put("state = 'none'"))],
    noticedBy: ['old-rows'],
  },
]
