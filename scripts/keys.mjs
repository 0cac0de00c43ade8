// `npm run keys -- status | rotate [master|data]`: with the settings in the environment, or with the key that `npm start` keeps
// in its data folder; that one is then replaced by a random one. The registry may run meanwhile.

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { environment, node, root } from './lib/paths.mjs'
import { show } from './lib/run.mjs'
import { refuse } from './lib/say.mjs'
import { setup } from './setup.mjs'
import { addMasterKey, dropOldMasterKeys, masterKeyFile } from './start/data-folder.mjs'

const args = process.argv.slice(2)
const folder = resolve(root, process.env.GATEHOUSE_DATA_DIR || '.gatehouse')
const file = masterKeyFile(folder)
const own = !process.env.MASTER_KEY && !process.env.MASTER_KEY_FILE
if (own && !existsSync(file))
  refuse(`Set MASTER_KEY or MASTER_KEY_FILE as the registry has it: npm start keeps no key in ${folder}.`)

await setup()
let code = 0
for (const step of args.join(' ') === 'rotate'
  ? [
      ['rotate', 'master'],
      ['rotate', 'data'],
    ]
  : [args]) {
  const replaces = own && step.join(' ') === 'rotate master'
  if (replaces) addMasterKey(folder)
  code = await show(node, [join(root, 'apps/registry/src/keys/main.ts'), ...step], {
    env: {
      ...environment(),
      GATEHOUSE_DATA_DIR: folder,
      ...(own && { MASTER_KEY_FILE: file }),
    },
  })
  if (code !== 0) break
  if (replaces) dropOldMasterKeys(folder)
}
process.exit(code)
