import { Database } from 'bun:sqlite'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Vault } from '../../src/storage/vault.ts'
import { webhookBinding } from '../../src/storage/webhooks.ts'
import { startBinary } from '../support/binary.ts'
import { startCanary } from '../support/canary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { hostileUrls } from '../support/hostile-urls.ts'
import { setUpOperator } from '../support/operator.ts'

/**
 * Nothing on this machine is called, whatever URL a webhook or a provider is given: by the page's forms, and for webhooks
 * also past them, straight into the database. The environment names a proxy on this machine as well. Usage: bun
 * test/faults/outgoing.ts [everyNth]. Prints one line; exits with 1 when a promise broke.
 */
const [everyNth = 1] = Bun.argv.slice(2).map(Number)
const clientsAtOnce = 8

using canary = await startCanary()
using directory = temporaryDirectory()
await using server = await startBinary(directory.path, {
  CALLGATE_LOG_LEVEL: 'error',
  HTTP_PROXY: canary.url,
  HTTPS_PROXY: canary.url,
  http_proxy: canary.url,
  https_proxy: canary.url,
  ALL_PROXY: canary.url,
})
const { post } = await setUpOperator(server)
const database = new Database(directory.database)
database.run('pragma busy_timeout = 5000')

/** Those that are somebody else's and public are for tests without a network. */
const isElsewhere = (url: string) => /^https:\/\/(example\.com|[^/\\]*@example\.com)/.test(url)
const urls = Object.values(hostileUrls)
  .flat()
  .filter((url) => !isElsewhere(url))
  .map((template) => template.replaceAll('PORT', String(canary.port)))
  .filter((_, index) => index % everyNth === 0)

const vault = new Vault(readFileSync(join(directory.path, 'secret'), 'utf8').trim())

/** Puts another URL past the forms, with the secret sealed for it: else the seal would open nothing. */
const moveTo = (url: string, agency: string) => {
  const row = database
    .query<{ environmentId: string; url: string; sealed: string }, [string]>(
      `select environment_id as environmentId, url, sealed from webhooks where environment_id in
        (select id from environments where agency_id = ? and name = 'production')`,
    )
    .get(agency)
  if (!row) throw new Error(`the agency ${agency} has no webhook`)
  const sealed = vault.seal(
    vault.open(row.sealed, webhookBinding(row)),
    webhookBinding({ environmentId: row.environmentId, url }),
  )
  database.run('update webhooks set url = ?, sealed = ? where environment_id = ?', [
    url,
    sealed,
    row.environmentId,
  ])
}

let [refusedForms, takenForms, tests] = [0, 0, 0]
const surprises: string[] = []
const prove = async (url: string, number: number) => {
  const made = await post('/admin/agencies', { name: `Agency ${number}`, plan: 'agency' })
  const home = made.headers.get('location') ?? ''
  const agency = home.split('/').at(-1) ?? ''
  const webhook = `${home}/integrations/api/production/webhook`
  const forms = [post(webhook, { url }), post(`${home}/integrations/providers/http`, { base_url: url })]
  for (const { status } of await Promise.all(forms)) {
    if (status === 422) refusedForms++
    else takenForms++
    if (status >= 500) surprises.push(`${url}: a form answered ${status}`)
  }
  // What is no URL at all never comes to be stored.
  if (!URL.canParse(url)) return
  tests++
  await post(webhook, { url: 'https://example.com/hook' })
  moveTo(url, agency)
  const { status } = await post(`${webhook}/test`)
  if (status !== 303) surprises.push(`${url}: a test answered ${status}`)
}
let next = 0
const client = async () => {
  for (let number = next++; number < urls.length; number = next++) await prove(urls[number] ?? '', number)
}
await Promise.all(Array.from({ length: clientsAtOnce }, client))

const answered = Number(
  database.query("select count(*) from deliveries where state = 'delivered'").values()[0]?.[0],
)
const tried = Number(database.query('select count(*) from deliveries').values()[0]?.[0])
database.close()
for (const surprise of surprises) process.stderr.write(`${surprise}\n`)
process.stdout.write(
  `${urls.length} hostile URLs for webhooks and providers, with a proxy in the environment: ${refusedForms} forms refused, ` +
    `${takenForms} taken; ${tried} test events past the forms, ${answered} delivered; ${canary.connections()} connections at a ` +
    `canary on loopback, ${surprises.length} surprises\n`,
)
const held = canary.connections() + answered + surprises.length === 0
process.exitCode = held && tried === tests && tests > 0 ? 0 : 1
