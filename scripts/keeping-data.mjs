// `npm run backup -- <file>` and `npm run restore -- <file> [--replace]`: of the PostgreSQL in DATABASE_URL, else of the embedded
// database in the folder that `npm start` uses. docs/keeping-data.md tells how to use them.

import { join, resolve } from 'node:path'
import { environment, node, root } from './lib/paths.mjs'
import { show } from './lib/run.mjs'
import { setup } from './setup.mjs'

await setup()
const GATEHOUSE_DATA_DIR = resolve(root, process.env.GATEHOUSE_DATA_DIR || '.gatehouse')
const program = join(root, 'apps/registry/src/backup/main.ts')
process.exit(
  await show(node, [program, ...process.argv.slice(2)], { env: { ...environment(), GATEHOUSE_DATA_DIR } }),
)
