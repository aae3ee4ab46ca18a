import { PhoneNumberFormat, PhoneNumberType, PhoneNumberUtil } from 'google-libphonenumber'
import { startBinary } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { startFakeHttp } from '../support/fakes/http.ts'
import { startReceiver } from '../support/receiver.ts'

/**
 * A thief with a key rings nobody: not before the countries are chosen, nor afterwards at premium and foreign numbers; the
 * operator is told within seconds, and where it is set so, access is off with the first such try. Usage: bun
 * test/faults/stolen-key.ts [tries] [numbers]. Prints one line; exits with 1 when a promise broke.
 */
const [tries = 600, numbersMost = 240] = Bun.argv.slice(2).map(Number)
const clientsAtOnce = 8
const alertMsMost = 10_000
const honestNumber = '+12024561111'

const plans = PhoneNumberUtil.getInstance()
const { PREMIUM_RATE, MOBILE } = PhoneNumberType

/** The examples of every country: premium numbers of all, and the usual ones of all but the one that may be called. */
const examplesOf = (type: number, regions: string[]) =>
  regions.flatMap((region) => {
    const number = plans.getExampleNumberForType(region, type)
    const isOwn = number && plans.getRegionCodeForNumber(number) === region
    return isOwn ? [plans.format(number, PhoneNumberFormat.E164)] : []
  })
const regions = plans.getSupportedRegions()
const satellites = ['+881612345678', '+8835100012345', '+979123456789']
const premium = [...satellites, ...examplesOf(PREMIUM_RATE, regions)]
const foreign = examplesOf(
  MOBILE,
  regions.filter((region) => region !== 'US'),
)
const few = Math.ceil(numbersMost / 4)
const numbers = [...premium.slice(0, few), ...foreign.slice(0, numbersMost - Math.min(few, premium.length))]

using directory = temporaryDirectory()
await using server = await startBinary(directory.path, {
  CALLGATE_REQUESTS_PER_MINUTE: '1000000',
  CALLGATE_LOG_LEVEL: 'error',
  CALLGATE_ALLOW_PRIVATE_DESTINATIONS: 'true',
})
const { command, url } = server
await using dialler = await startFakeHttp()
let rung = 0
dialler.watch(() => void rung++)
const told: { kind: unknown; disabled: unknown; at: number }[] = []
await using receiver = startReceiver(({ body }) => {
  told.push({ kind: body.kind, disabled: body.access_disabled, at: performance.now() })
  return new Response()
})
const alertsOf = (kind: string) => told.filter((alert) => alert.kind === kind)

const { id: agency = '' } = await command('agency', 'create', '--name', 'Acme', '--plan', 'agency')
const ofHttp = ['--agency', agency, '--provider', 'http']
const secret = `hook_secret=${dialler.credentials['hook_secret']}`
await command('provider', 'set', ...ofHttp, '--base-url', dialler.baseUrl, '--credential', secret)
const { id: agent = '' } = await command('agent', 'create', ...ofHttp, '--name', 'Ann', '--ref', 'sales')
const production = ['--agency', agency, '--environment', 'production']
await command('agent', 'default', ...production, '--agent', agent)
const { key = '' } = await command('key', 'generate', ...production)
const { secret: alertSecret = '' } = await command('alert', 'webhook', '--url', receiver.url)
receiver.expect(alertSecret)

/** The code of the response; empty where the call was accepted. */
const call = async (phone_number: string) => {
  const response = await fetch(`${url}/api/v1/calls/trigger`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ phone_number }),
  })
  return ((await response.json()) as { code?: string }).code ?? ''
}

/** Tries the numbers over and over; gives how often each code came. */
const steal = async (count: number) => {
  const codes = new Map<string, number>()
  let next = 0
  const thief = async () => {
    for (let at = next++; at < count; at = next++) {
      const code = await call(numbers[at % numbers.length] ?? '')
      codes.set(code, (codes.get(code) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: clientsAtOnce }, thief))
  return codes
}

// On a fresh gate nobody has chosen countries: not even an honest call rings.
const atFirst = await call(honestNumber)
await command('policy', 'set', '--countries', 'US')
const honest = await call(honestNumber)
const isDialling = await until(() => rung === 1)

const begunAt = performance.now()
const codes = await steal(tries)
const isTold = await until(() => alertsOf('shut_number').length > 0)
const alertMs = Math.round((alertsOf('shut_number')[0]?.at ?? Number.NaN) - begunAt)

// Where it is set so, the first such try switches access off, though the alert is an hour's second.
await command('policy', 'set', ...production, '--disable-on', 'shut_number')
const [first, ...others] = [
  await call(premium[0] ?? ''),
  await call(honestNumber),
  ...(await steal(20)).keys(),
]
const { access_disabled_by: disabledBy } = await command('environment', 'show', ...production)
const isToldOfThat = await until(() => alertsOf('shut_number').some(({ disabled }) => disabled))

const refused = codes.get('destination_not_allowed') ?? 0
process.stdout.write(
  `${tries} tries with a stolen key at ${numbers.length} premium and foreign numbers: ${rung - 1} rung, ${refused} rejected as ` +
    `destination_not_allowed; before countries were chosen an honest call was ${atFirst || 'placed'}, afterwards it ` +
    `${isDialling ? 'rang' : 'did not ring'}; an alert after ${alertMs} ms, ${alertsOf('shut_number').length - 1} for all tries; with ` +
    `disable_on, access was off after the first (${disabledBy}), and all others got ${[...new Set(others)].join(', ')}\n`,
)
const isShut =
  rung === 1 && refused === tries && atFirst === 'destination_not_allowed' && honest === '' && isDialling
const isAlerted = isTold && isToldOfThat && alertMs < alertMsMost && alertsOf('shut_number').length === 2
const isOff =
  first === 'destination_not_allowed' &&
  disabledBy === 'policy' &&
  others.every((code) => code === 'access_disabled')
const isGenuine = receiver.received.every(({ verified }) => verified)
process.exit(isShut && isAlerted && isOff && isGenuine ? 0 : 1)

async function until(isReached: () => boolean) {
  const end = performance.now() + alertMsMost
  while (!isReached() && performance.now() < end) await Bun.sleep(10)
  return isReached()
}
