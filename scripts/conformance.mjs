// `npm run conformance`: the official suite through the gateway; e2e/conformance/main.ts runs it on Node 24. Arguments name legs.

import { officialSuite } from './lib/suites.mjs'
import { setup } from './setup.mjs'

await setup()
const { passed, failed } = await officialSuite(process.argv.slice(2))
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
