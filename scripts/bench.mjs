// `npm run bench -- <name> [options]`: measures what e2e/bench/<name>.ts is about, on Node 24.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { environment, node, root } from './lib/paths.mjs'
import { show } from './lib/run.mjs'
import { refuse } from './lib/say.mjs'
import { ensurePostgres } from './lib/system.mjs'
import { setup } from './setup.mjs'

const [name = '', ...options] = process.argv.slice(2)
const program = join(root, 'e2e/bench', `${name}.ts`)
if (!/^[a-z-]+$/.test(name) || !existsSync(program))
  refuse(`There is no benchmark "${name}": name one, as in npm run bench -- revocation.`)
await setup()
await ensurePostgres()
process.exit(await show(node, [program, ...options], { env: environment() }))
