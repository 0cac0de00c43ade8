// `npm run bench -- [<name>] [options]`: measures what e2e/bench/<name>.ts is about, on Node 24; calls unless another is named.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { environment, node, root } from './lib/paths.mjs'
import { show } from './lib/run.mjs'
import { refuse } from './lib/say.mjs'
import { ensureBenchPrograms, ensurePostgres } from './lib/system.mjs'
import { setup } from './setup.mjs'

const given = process.argv.slice(2)
const [name = '', ...options] = given[0]?.startsWith('-') === false ? given : ['calls', ...given]
const program = join(root, 'e2e/bench', `${name}.ts`)
if (!/^[a-z-]+$/.test(name) || !existsSync(program))
  refuse(`There is no benchmark "${name}": name one, as in npm run bench -- revocation.`)
await setup()
await (name === 'calls' ? ensureBenchPrograms() : ensurePostgres())
process.exit(await show(node, [program, ...options], { env: environment() }))
