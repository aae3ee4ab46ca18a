import { afterAll, afterEach } from 'bun:test'
import { holdFetch, takeNoticed } from './conformance.ts'

/** Comes before all tests: an answer that `/openapi.json` does not allow fails the test that got it, whatever that looked at. */
const requireConformity = () => {
  const noticed = takeNoticed()
  if (noticed.length > 0) throw new Error(noticed.join('\n'))
}

holdFetch()
afterEach(requireConformity)
// What came after the last test, as in the `afterAll` of a file.
afterAll(requireConformity)
