// Writes the documentation that is made from code: docs/errors/, docs/clients.md, the settings table of the README. With --check it
// writes nothing and fails when a page is stale, a path named in ARCHITECTURE.md is missing, or the call table's
// imports don't go downhill.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { callTable, missingPaths } from './docs/architecture.mjs'
import { clientsPage } from './docs/clients.mjs'
import { settingsTable, unlistedNames } from './docs/settings-table.mjs'
import { root } from './lib/paths.mjs'

const check = process.argv.includes('--check')
const mistakes = []
const { codes, renderErrorPage } = await import('@gatehouse/errors')

const folder = join(root, 'docs/errors')
mkdirSync(folder, { recursive: true })
for (const code of Object.keys(codes)) put(join('docs/errors', `${code}.md`), renderErrorPage(code))
put('docs/errors/README.md', errorIndex())
put('docs/clients.md', await clientsPage())
for (const file of readdirSync(folder)) {
  if (file === 'README.md' || file.replace(/\.md$/, '') in codes) continue
  if (check) mistakes.push(`docs/errors/${file} documents a code that is not in the table`)
  else rmSync(join(folder, file))
}

const readme = readFileSync(join(root, 'README.md'), 'utf8')
const [begin, end] = ['<!-- settings: made by scripts/docs.mjs -->', '<!-- /settings -->']
if (!readme.includes(begin) || !readme.includes(end))
  mistakes.push('README.md lost the marks around its settings table')
else
  put(
    'README.md',
    `${readme.split(begin)[0]}${begin}\n\n${await settingsTable()}\n${end}${readme.split(end)[1]}`,
  )

mistakes.push(...missingPaths(), ...callTable(), ...(await unlistedNames()))
for (const mistake of mistakes) console.error(mistake)
process.exit(mistakes.length === 0 ? 0 : 1)

function put(path, text) {
  const file = join(root, path)
  const now = existsSync(file) ? readFileSync(file, 'utf8') : ''
  if (now === text) return
  if (check) mistakes.push(`${path} is stale: run node scripts/docs.mjs`)
  else writeFileSync(file, text)
}

function errorIndex() {
  const rows = Object.entries(codes).map(
    ([code, row]) => `| [${code}](${code}.md) | ${row.status} | ${row.rpc ?? ''} | ${row.what} |`,
  )
  return `# Error codes\n\n| code | HTTP | JSON-RPC | what happened |\n|---|---|---|---|\n${rows.join('\n')}\n`
}
