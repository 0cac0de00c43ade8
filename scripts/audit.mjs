// `npm run audit -- verify [workspace id]`: with the settings in the environment, or on what `npm start` keeps in its data folder.

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { environment, node, root } from './lib/paths.mjs'
import { show } from './lib/run.mjs'
import { setup } from './setup.mjs'
import { masterKeyFile } from './start/data-folder.mjs'

const folder = resolve(root, process.env.GATEHOUSE_DATA_DIR || '.gatehouse')
const file = masterKeyFile(folder)
const given = process.env.MASTER_KEY || process.env.MASTER_KEY_FILE || process.env.DATABASE_URL
const own = !given && existsSync(file)
await setup()
process.exit(
  await show(node, [join(root, 'apps/registry/src/audit-trail/main.ts'), ...process.argv.slice(2)], {
    env: {
      ...environment(),
      GATEHOUSE_DATA_DIR: folder,
      ...(own && { MASTER_KEY_FILE: file }),
    },
  }),
)
