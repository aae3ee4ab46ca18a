import { expect, test } from 'bun:test'
import { dirname } from 'node:path'
import { tokenFlaw, mintToken } from '../../src/keys/token.ts'
import { askAt, executable, provision, startBinary } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { blocksOf, pageText } from '../support/docs.ts'

const keys = Array.from({ length: 1000 }, () => mintToken())

test('the gitleaks rule finds every key in its surroundings, and nothing longer or shorter', async () => {
  const [toml = ''] = await blocksOf('leaks', 'toml')
  const { rules } = Bun.TOML.parse(toml) as { rules: { regex: string; keywords: string[] }[] }
  const [rule] = rules
  const pattern = new RegExp(rule?.regex ?? '')
  for (const key of keys) {
    for (const text of [key, `KEY=${key}`, `"${key}",`, `https://x/?k=${key}&b`])
      expect(pattern.exec(text)?.[0]).toBe(key)
    for (const text of [`${key}x`, `x${key}`, key.slice(0, -1)]) expect(pattern.test(text)).toBe(false)
    expect(rule?.keywords.every((word) => key.includes(word))).toBe(true)
  }
})

test('the fields of the secret scanning pattern fit together to the same', async () => {
  const text = await pageText('leaks')
  const field = (name: string) =>
    new RegExp(`^\\| ${name} +\\| \`(.+?)\` +\\|$`, 'm').exec(text)?.[1]?.replaceAll('\\|', '|') ?? ''
  // Another dialect: the beginning and the end of the text.
  const before = field('before secret').replace('\\A', '^')
  const after = field('after secret').replace('\\z', '$')
  const pattern = new RegExp(`(?:${before})(${field('secret format')})(?:${after})`)
  for (const key of keys) {
    for (const line of [key, `KEY=${key}`, `'${key}'`]) expect(pattern.exec(line)?.[1]).toBe(key)
    for (const line of [`${key}x`, `x${key}`, `_${key}`]) expect(pattern.test(line)).toBe(false)
  }
})

test('the checksum is the one that the page describes', () => {
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  for (const key of keys) {
    let rest = Bun.hash.crc32(key.slice(0, -6))
    let checksum = ''
    for (; checksum.length < 6; rest = Math.floor(rest / 62)) checksum = `${digits[rest % 62]}${checksum}`
    expect({ key, checksum: key.slice(-6), flaw: tokenFlaw(key) }).toEqual({ key, checksum, flaw: undefined })
  }
})

test('the commands scan, report a key, rotate it and let the new one in', async () => {
  using directory = temporaryDirectory()
  await using server = await startBinary(directory.path)
  const { agency, newKey } = await provision(server.command)
  const leaked = await newKey('generate', 'staging')
  const [rotate = '', scan = '', report = ''] = await blocksOf('leaks', 'sh')
  const run = async (script: string) => {
    const shell = Bun.spawn(['bash', '-euo', 'pipefail', '-c', script], {
      cwd: directory.path,
      env: {
        PATH: `${dirname(executable)}:${process.env['PATH']}`,
        CALLGATE_DATA_DIR: directory.path,
        CALLGATE_URL: server.url,
        CALLGATE_KEY: leaked,
        AGENCY: agency,
      },
      stdout: 'pipe',
      stderr: 'pipe',
    })
    return { out: await new Response(shell.stdout).text(), code: await shell.exited }
  }
  const [files = '', piped = ''] = scan.split('\n')
  expect(await run(files)).toMatchObject({ code: 0 })
  await Bun.write(`${directory.path}/.env`, `KEY=${leaked}\n`)
  const commit = 'git init -q . && git add .env && git -c user.name=a -c user.email=a@b.c commit -qm x'
  const found = await run(`${commit}\n${piped}`)
  expect(found).toMatchObject({ code: 1 })
  expect(found.out).toContain('is LIVE: the staging key of Acme. Rotate it.')

  expect((await askAt(server.url, leaked)).status).toBe(200)
  expect((await run(report)).out).toBe('{"success":true,"data":{"received":1,"switched_off":1}}')
  expect((await askAt(server.url, leaked)).status).toBe(403)
  const whose = ['--agency', agency, '--environment', 'staging']
  const shown = await server.command('key', 'show', ...whose)
  expect(shown).toMatchObject({
    access: 'disabled',
    leaked_where: 'https://code.example/acme/app/blob/main/.env#L3',
  })
  const { out, code } = await run(rotate)
  expect({ code, isOff: out.includes('API access is disabled') }).toEqual({ code: 0, isOff: true })
  const [key = ''] = out.split('\n')
  expect((await askAt(server.url, key)).status).toBe(200)
  expect((await askAt(server.url, leaked)).status).toBe(401)
  expect(await server.command('key', 'show', ...whose)).toMatchObject({ leaked_at: null, leaked_where: null })
})
