import { Database } from 'bun:sqlite'
import { chmodSync, copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAttacks } from '../support/attacks.ts'
import { askAt, connectProvider, executable, provision, startBinary } from '../support/binary.ts'
import { startCanary } from '../support/canary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { startFakeHttp } from '../support/fakes/http.ts'

/**
 * What somebody does who has taken a backup, who can write the database's file, or who makes a mistake in the settings.
 * Usage: bun test/faults/hostile-operator.ts. Prints a line for each attack; exits with 1 when one succeeded.
 */
const { attack, end } = createAttacks()
const secret = 'a secret for tests, of 32 or more'

using directory = temporaryDirectory()
using proxy = await startCanary()
await using fake = await startFakeHttp()
const settings = {
  CALLGATE_SECRET: secret,
  CALLGATE_ALLOW_PRIVATE_DESTINATIONS: '127.0.0.1',
  HTTP_PROXY: proxy.url,
  HTTPS_PROXY: proxy.url,
  ALL_PROXY: proxy.url,
}
await using server = await startBinary(directory.path, settings)
const { command, url } = server
const { agency, newKey } = await provision(command)
const key = await newKey()
await connectProvider(command, agency, fake)
const whose = ['--agency', agency, '--environment', 'production']
const { secret: webhookSecret = '' } = await command('webhook', 'set', ...whose, '--url', fake.baseUrl)
const { token = '' } = await command('token', 'create', '--name', 'ci', '--permission', '*')
const secrets = [secret, key, token, webhookSecret, ...Object.values(fake.credentials)]

/** Runs the executable to its end; one that serves is ended after a while. */
const run = async (words: string[], env: Record<string, string>) => {
  const child = Bun.spawn([executable, ...words], {
    env,
    stdout: 'pipe',
    stderr: 'pipe',
    cwd: directory.path,
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  const code = await child.exited
  clearTimeout(timer)
  return { code, said: `${err}${out}`.trim().split('\n')[0] ?? '' }
}

for (const [name, value] of [
  ['CALLGATE_TRUSTED_PROXIES', '0.0.0.0/0'],
  ['CALLGATE_TRUSTED_PROXIES', '::/0'],
  ['CALLGATE_SECRET', 'too short'],
  ['CALLGATE_METRICS_TOKEN', 'short'],
  ['CALLGATE_ALLOW_PRIVATE_DESTINATIONS', '0.0.0.0/0'],
  ['BUN_CONFIG_VERBOSE_FETCH', 'curl'],
  ['NODE_TLS_REJECT_UNAUTHORIZED', '0'],
] as const)
  await attack(`start with ${name}=${value}`, async () => {
    using other = temporaryDirectory()
    const { code, said } = await run(['serve'], {
      CALLGATE_DATA_DIR: other.path,
      CALLGATE_PORT: '0',
      [name]: value,
    })
    return { held: code === 2 && said.includes(name), what: `exit ${code}: ${said}` }
  })

await attack('open every private network to every agency without a word', async () => {
  const { code, said } = await run(['config'], { CALLGATE_ALLOW_PRIVATE_DESTINATIONS: 'true' })
  return { held: code === 0 && said.startsWith('CALLGATE_ALLOW_PRIVATE_DESTINATIONS: '), what: said }
})

await attack('serve one data directory twice', async () => {
  const { code, said } = await run(['serve'], { CALLGATE_DATA_DIR: directory.path, CALLGATE_PORT: '0' })
  return { held: code === 1, what: `exit ${code}: ${said}` }
})

await attack('see what goes to providers by a proxy of one’s own', async () => {
  await command('provider', 'test', '--agency', agency, '--provider', 'http')
  await command('webhook', 'test', ...whose).catch(() => {})
  return { held: proxy.connections() === 0, what: `${proxy.connections()} connections to the proxy` }
})

const copy = join(directory.path, 'backup.db')
await attack('find a secret in a backup, the database’s files or the log', async () => {
  await command('backup', copy)
  const files = [copy, directory.database, `${directory.database}-wal`]
  const texts = [...files.map((file) => readFileSync(file).toString('latin1')), server.log.join('\n')]
  const found = secrets.filter((each) => texts.some((text) => text.includes(each)))
  return { held: found.length === 0, what: `${found.length} of ${secrets.length} secrets found` }
})

await attack('use the credentials in a backup without the secret', async () => {
  using other = temporaryDirectory()
  const env = {
    CALLGATE_DATA_DIR: other.path,
    CALLGATE_SECRET: 'another secret for tests, of 32 or more',
    CALLGATE_ALLOW_PRIVATE_DESTINATIONS: '127.0.0.1',
    CALLGATE_PORT: '0',
  }
  await run(['restore', copy], env)
  const doctor = await run(['doctor', '--json'], env)
  const test = await run(['provider', 'test', '--agency', agency, '--provider', 'http', '--json'], env)
  return {
    held: doctor.code === 1 && test.code === 1,
    what: `the doctor: exit ${doctor.code}; a test of the account: ${test.said}`,
  }
})

/** Restores a backup that somebody has changed, where its secret is, and so its MAC can be verified, or is not. */
const restoreChanged = async (change: string, withSecret = true) => {
  using other = temporaryDirectory()
  const changed = join(other.path, 'changed.db')
  copyFileSync(copy, changed)
  const sqlite = new Database(changed)
  sqlite.run(change)
  sqlite.close()
  const env = {
    CALLGATE_DATA_DIR: join(other.path, 'data'),
    ...(withSecret && { CALLGATE_SECRET: secret }),
  }
  return await run(['restore', changed], env)
}

for (const [attempt, change] of [
  ['lead an account elsewhere', "update provider_accounts set base_url = 'https://evil.example'"],
  ['raise a limit', 'update environments set concurrent_calls = 1000'],
  [
    'add a trigger that copies secrets',
    'create trigger thief after update on provider_accounts begin select 1; end',
  ],
] as const)
  await attack(`${attempt} in a backup that is restored`, async () => {
    const { code, said } = await restoreChanged(change)
    return { held: code === 1, what: `exit ${code}: ${said}` }
  })

await attack('add a trigger to a backup that is restored where its secret is not', async () => {
  const trigger = 'create trigger thief after update on provider_accounts begin select 1; end'
  const { code, said } = await restoreChanged(trigger, false)
  return { held: code === 1 && said.includes('thief'), what: `exit ${code}: ${said}` }
})

await attack('have credentials sent elsewhere by a changed address in the database', async () => {
  using thief = await startCanary()
  const sqlite = new Database(directory.database)
  sqlite.run('update provider_accounts set base_url = ?', [thief.url])
  sqlite.close()
  await Bun.sleep(2500)
  const tested = await run(['provider', 'test', '--agency', agency, '--provider', 'http'], {
    ...settings,
    CALLGATE_DATA_DIR: directory.path,
  })
  const doctor = await run(['doctor'], { ...settings, CALLGATE_DATA_DIR: directory.path })
  return {
    held: thief.connections() === 0 && tested.code === 1 && doctor.code === 1,
    what: `${thief.connections()} connections there; ${tested.said}; the doctor: exit ${doctor.code}`,
  }
})

await attack('change or remove what the audit says', async () => {
  const sqlite = new Database(directory.database)
  const refusals = ["update audit set actor = 'somebody else'", 'delete from audit'].map((sql) => {
    try {
      sqlite.run(sql)
      return 'done'
    } catch (error) {
      return (error as Error).message
    }
  })
  sqlite.close()
  return { held: !refusals.includes('done'), what: refusals.join('; ') }
})

await attack('serve from a directory that other users can change', async () => {
  using other = temporaryDirectory()
  chmodSync(other.path, 0o777)
  const { code, said } = await run(['serve'], { CALLGATE_DATA_DIR: other.path, CALLGATE_PORT: '0' })
  return { held: code !== 0 && code !== null && said !== '', what: `exit ${code}: ${said}` }
})

await attack('enable by the database’s file what is disabled, beside the server', async () => {
  await command('key', 'disable', ...whose, '--yes')
  const before = server.log.length
  const sqlite = new Database(directory.database)
  sqlite.run('update environments set access_disabled_by = null')
  sqlite.close()
  await Bun.sleep(2500)
  const { status } = await askAt(url, key)
  const warned = server.log.slice(before).some((line) => line.includes('another process'))
  // Whoever can write the file can do that; it is noticed.
  return {
    held: warned,
    what: `the key is answered with ${status}, and ${warned ? 'a' : 'no'} warning is logged`,
  }
})

end()
await server.stop()
process.exit()
