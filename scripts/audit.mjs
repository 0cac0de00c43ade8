// `npm run audit -- verify [workspace id]`: with the settings in the environment, or on what `npm start` keeps in its data folder.

import { join, resolve } from 'node:path'
import { environment, node, root } from './lib/paths.mjs'
import { show } from './lib/run.mjs'
import { setup } from './setup.mjs'

await setup()
process.exit(
  await show(node, [join(root, 'apps/registry/src/audit-trail/main.ts'), ...process.argv.slice(2)], {
    env: {
      ...environment(),
      GATEHOUSE_DATA_DIR: resolve(root, process.env.GATEHOUSE_DATA_DIR || '.gatehouse'),
    },
  }),
)
