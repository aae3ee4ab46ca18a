import { after, anywhere, before, drop, put, within } from '../planting/change.ts'
import type { Fault } from './fault.ts'

const flaw = within('tokenFlaw')
const unbiased = within('unbiasedBelow')
const last4 = within('tokenLast4')
const renew = within('Keyring.renew')
const refresh = within('Keyring.refresh')
const admit = within('admission.admit')
const keyInUrl = within('createRefuseKeyInUrl')
const routes = within('v1')
const replace = within('createKeyStore.replace')
const markLeaked = within('createKeyStore.markLeaked')
const disabler = within('strongerDisabler')
const locked = within('whyAccessIsLocked')
const agency = within('agencyFlaw')

export const keys: readonly Fault[] = [
  {
    title: 'the checksum of a key is not looked at',
    edits: [flaw('if (_ && $here) return undefined', put('true'))],
    noticedBy: ['token'],
  },
  {
    title: 'some characters of a key are likelier than others',
    edits: [unbiased('248', put('256'))],
    noticedBy: ['token'],
  },
  {
    title: 'more of a key is kept than its last four characters',
    edits: [last4('_.slice($here)', put('-5'))],
    noticedBy: ['token', 'keyring'],
  },
  {
    title: 'the old key stays as it was in the index after a rotation',
    edits: [renew('if (_) $here; else _', put('{ continue }'))],
    noticedBy: ['keyring'],
  },
  {
    title: 'what another process commits is not seen by the keyring',
    edits: [refresh('if (_ && $here) return', put('true'))],
    noticedBy: ['keyring'],
  },
  {
    title: 'what another process writes past the revisions is not seen by the keyring',
    edits: [refresh('if (_ !== _) this._.clear()', drop)],
    noticedBy: ['keyring'],
  },
  {
    title: 'a key that was made after the start is not known',
    edits: [renew('_.add(_);', drop)],
    noticedBy: ['keyring'],
  },
  {
    title: 'a load of the keyring that failed is not tried again',
    edits: [refresh('if ($newest === $loaded && _) return', after('$loaded = $newest'))],
    noticedBy: ['keyring'],
  },
  {
    title: 'a replaced key is let in',
    edits: [anywhere("if (_) return new _('rotated_key', __)", drop)],
    noticedBy: ['admission'],
  },
  {
    title: 'the plan is not looked at',
    edits: [
      agency("$plan === 'agency' ? undefined : _", put("$plan === 'growth' ? 'plan_required' : undefined")),
    ],
    noticedBy: ['admission', 'pages'],
  },
  {
    title: 'a suspended agency is let in',
    edits: [agency("if (_ !== null) return 'agency_suspended'", drop)],
    noticedBy: ['suspend'],
  },
  {
    title: 'the switch of API access is not looked at',
    edits: [anywhere("if (_) return new _('access_disabled')", drop)],
    noticedBy: ['admission'],
  },
  {
    title: 'a key that ends while a body comes in is not looked at again',
    edits: [routes('_();', drop)],
    noticedBy: ['admission-again'],
  },
  {
    title: 'a key in the URL is taken',
    edits: [keyInUrl('throw _', drop)],
    noticedBy: ['authorization'],
  },
  {
    title: 'more keys of a URL are looked up than three',
    edits: [within('lookedUpMost')('3', put('4'))],
    noticedBy: ['authorization'],
  },
  {
    title: 'a key under another scheme than Bearer is taken',
    edits: [anywhere("if (_) return new _('wrong_scheme')", drop)],
    noticedBy: ['authorization'],
  },
  {
    title: 'requests with unknown keys are counted in the usage',
    edits: [
      admit(
        "if (!$key) return _(new _('invalid_key'), _)",
        before(
          "if (!$key) usage.grant({ environmentId: '', keyId: '' }, () => ({ address: null, userAgent: null }), now)",
        ),
      ),
    ],
    noticedBy: ['usage'],
  },
  {
    title: 'a key is written to the log when it is used',
    edits: [within('createRecordRequest')('keyId: $here', put("request.headers.get('authorization')"))],
    noticedBy: ['redaction'],
  },
  {
    title: 'a password is written to the log when it does not match',
    edits: [
      anywhere('if (_) return _(_, 401);', before("deps.log.warn('a sign-in failed', { email, password })")),
    ],
    noticedBy: ['redaction'],
  },
  {
    title: 'a live key that was found elsewhere stays on',
    edits: [markLeaked("setAccess(environment.id, strongerDisabler(disabledBy, 'leak'))", drop)],
    noticedBy: ['leaks'],
  },
  {
    title: 'an agency’s admin undoes an operator’s switch-off',
    edits: [disabler('accessDisablers.indexOf(a) > accessDisablers.indexOf(b)', put('false'))],
    noticedBy: ['access'],
  },
  {
    title: 'access is enabled again with a leaked key',
    edits: [locked('if (leakedAt !== null) _', drop)],
    noticedBy: ['access'],
  },
  {
    title: 'a key that was seen in a URL is not noted',
    edits: [keyInUrl('if (_ === null) _', drop)],
    noticedBy: ['authorization'],
  },
  {
    title: 'an old key and its successor are live together',
    edits: [replace('_.set({ _: $here })', put('null'))],
    noticedBy: ['keyring'],
  },
]
