import { holdFetch, takeNoticed } from '../support/conformance.ts'

/** Comes before each script here that is run as a proof: an answer that `/openapi.json` does not allow breaks its promise. */
holdFetch()
process.on('exit', () => {
  const noticed = takeNoticed()
  if (noticed.length === 0) return
  process.stderr.write(`${noticed.length} x not described, the first: ${noticed[0]}\n`)
  process.exitCode = 1
})
