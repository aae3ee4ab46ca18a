import { describe } from 'bun:test'
import { startFakeHttp } from '../support/fakes/http.ts'
import { everyProvider } from '../support/scenarios.ts'

describe('with somebody’s own dialler', () => everyProvider(startFakeHttp))
