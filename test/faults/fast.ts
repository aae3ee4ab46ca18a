import { readConfig } from '../../src/config.ts'
import { startServer } from '../../src/server/start.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { createFastClock } from '../support/clock.ts'

/** Serves as the executable does, by a clock that runs faster. Usage: bun test/faults/fast.ts ORIGIN SPEED. */
const [origin = 0, speed = 1] = Bun.argv.slice(2).map(Number)
const config = readConfig()
const log = createLog(config, (line) => process.stdout.write(line))
const { url } = await startServer(config, log, createFastClock(origin, speed))
log.always(`listening on ${url}`, { event: 'listening', url })
