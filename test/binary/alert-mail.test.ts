import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { commandOn, startBinary } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { startMailServer } from '../support/mail-server.ts'

test('the executable sends alerts by mail, with the server’s address and password from a file, and shows neither', async () => {
  using directory = temporaryDirectory()
  await using mailServer = await startMailServer()
  const file = join(directory.path, 'smtp-url')
  await Bun.write(file, `${mailServer.url}\n`)
  const settings = {
    CALLGATE_SMTP_URL_FILE: file,
    CALLGATE_ALERT_MAIL_FROM: 'callgate@example.com',
    CALLGATE_ALERT_MAIL_TO: 'ops@example.com, duty@example.com',
  }
  await using server = await startBinary(directory.path, settings)
  expect(await server.command('alert', 'test')).toMatchObject({ webhook: null, mail: { delivered: true } })
  expect(mailServer.mails).toMatchObject([
    { from: 'callgate@example.com', to: ['ops@example.com', 'duty@example.com'] },
  ])
  const shown = await commandOn({ CALLGATE_DATA_DIR: directory.path, ...settings })('config')
  expect(JSON.stringify(shown)).not.toContain(mailServer.url)
  expect(server.log.join('\n')).not.toContain(mailServer.url)
})
