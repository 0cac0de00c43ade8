// What runs in the browser takes only types from the contract: its schemas would bring zod there, which tries `eval` when it is loaded,
// and the console's policy reports that.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './lib/paths.mjs'

const folders = ['app', 'features', 'lib', 'ui'].map((name) => join('apps/console/src', name))
const schemas = "'(?:@gatehouse/registry-api|zod)(?:/[^']*)?'"
/** `import { type A }` loads the module too. */
const loads = new RegExp(
  String.raw`^[ \t]*(?:import|export)\s+(?!type\b)[^'";]*?\bfrom\s+${schemas}|\bimport\s*\(\s*${schemas}|^[ \t]*import\s+${schemas}`,
  'gm',
)

const files = folders.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/\.(test|fixture)\.ts$/.test(name))
    .map((name) => join(folder, name)),
)
const found = files.flatMap((file) => {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(loads)].map(
    ({ index }) => `${file}:${text.slice(0, index).split('\n').length} takes more than types from a schema`,
  )
})
if (files.length < 100) found.push(`only ${files.length} files were read: the check looks in the wrong place`)
for (const line of found) console.error(line)
process.exit(found.length === 0 ? 0 : 1)
