import { expect, test } from 'bun:test'
import { dirname } from 'node:path'
import { explainConfig, readConfig } from '../../src/config.ts'
import { executable, provision, startBinary, triggerAt } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { blocksOf, pageText } from '../support/docs.ts'

test('the table of settings is that of the program, with its defaults', async () => {
  const rows = [
    ...(await pageText('operate')).matchAll(/^\| `((?:CALLGATE|BUN_CONFIG)_\w+)` +\| (.*?) +\|/gm),
  ]
  const { settings } = explainConfig({}, false)
  expect(rows.map(([, name]) => name)).toEqual(settings.map(({ name }) => name))
  for (const [, name, shown = ''] of rows) {
    const { value } = settings.find((setting) => setting.name === name) ?? {}
    if (name === 'CALLGATE_LOG_FORMAT') expect(shown).toContain('`json`')
    else expect(shown.trim()).toBe(value === null ? '' : `\`${value}\``)
  }
})

test('the table of ages is that of the program', async () => {
  const text = await pageText('operate')
  const { keepDays } = readConfig({}, false)
  const ages = {
    calls: /^\| calls, .+?\| (\d+) days/m,
    deliveries: /^\| webhook deliveries +\| (\d+) days/m,
    refusals: /^\| rejected requests +\| (\d+) days/m,
    usage: /^\| usage +\| (\d+) days per hour/m,
    audit: /^\| audit log +\| (\d+) days/m,
  }
  for (const [name, pattern] of Object.entries(ages))
    expect({ name, days: Number(pattern.exec(text)?.[1]) }).toEqual({
      name,
      days: keepDays[name as keyof typeof keepDays],
    })
})

test('the commands for running it back up beside the server, restore, and look after both', async () => {
  using directory = temporaryDirectory()
  await using server = await startBinary(directory.path)
  const key = await (await provision(server.command)).newKey()
  expect((await triggerAt(server.url, key)).status).toBe(200)
  const shell = Bun.spawn(['bash', '-euo', 'pipefail', '-c', (await blocksOf('operate', 'sh')).join('\n')], {
    cwd: directory.path,
    env: { PATH: `${dirname(executable)}:${process.env['PATH']}`, CALLGATE_DATA_DIR: directory.path },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, err] = await Promise.all([new Response(shell.stdout).text(), new Response(shell.stderr).text()])
  expect({ code: await shell.exited, err }).toEqual({ code: 0, err: '' })
  expect(out).toContain('Backed up to callgate-monday.db and checked: agencies 1, calls 1,')
  expect(out).toContain('The secret is not in the backup.')
  expect(out).toContain(`Restored into ${directory.path}/restored and checked: agencies 1, calls 1.`)
  expect(out).toContain('Verified: nobody has changed the backup since it was made.')
  expect(out).not.toContain('fail')
})
