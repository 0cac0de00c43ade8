// The registry as a process: what it is made of is kept compiled for its next start, and loaded only once that is known. In JavaScript,
// as a start that finds all of it compiled then doesn't load Node's compiler of TypeScript. Next: start.ts.

import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

enableCompileCache(join(import.meta.dirname, '../../../node_modules/.cache/gatehouse'))
await import('./start.ts')
