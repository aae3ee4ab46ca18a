import { readFileSync } from 'node:fs'
import { systemClock } from '../../src/clock.ts'
import { readConfig } from '../../src/config.ts'
import { startServer } from '../../src/server/start.ts'
import { createLog } from '../../src/telemetry/log.ts'

/** Serves as the executable does, by a wall clock that is as many seconds off as a file says. Usage: bun stepped.ts FILE. */
const [file = ''] = Bun.argv.slice(2)
const config = readConfig()
const log = createLog(config, (line) => process.stdout.write(line))
const now = () => Date.now() + Number(readFileSync(file, 'utf8')) * 1000
const { url, setupLink } = await startServer(config, log, { ...systemClock, now })
log.always(`listening on ${url}`, { event: 'listening', url })
log.always('set up', { event: 'setup', url: setupLink })
