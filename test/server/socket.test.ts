import { expect, test } from 'bun:test'
import { existsSync, statSync } from 'node:fs'
import { serveSocket } from '../../src/server/socket.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { createGate } from '../support/gate.ts'

test('the socket of the operations can be opened by its owner alone, and is gone afterwards', async () => {
  using directory = temporaryDirectory()
  const socket = serveSocket(createGate().services, directory.path)
  expect(statSync(socket.path).mode & 0o777).toBe(0o600)
  await socket.close()
  socket.remove()
  expect(existsSync(socket.path)).toBe(false)
})
