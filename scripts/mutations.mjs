// `npm run test:mutations`: takes one guard away at a time, in a copy of the sources, and demands that the tests notice.

import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { environment, root } from './lib/paths.mjs'
import { capture } from './lib/run.mjs'
import { say } from './lib/say.mjs'
import { ensurePostgres } from './lib/system.mjs'
import { mutations } from './mutations/list.mjs'
import { setup } from './setup.mjs'

await setup()
await ensurePostgres()
const copy = copySources()
process.on('exit', () => rmSync(copy, { recursive: true, force: true }))
let failed = 0
for (const mutation of mutations) if (!(await isNoticed(mutation))) failed += 1
console.log(`${mutations.length - failed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)

/** The tests pass without the mutation and fail with it. */
async function isNoticed({ name, file, find, replace, project, tests }) {
  const path = join(copy, file)
  const original = readFileSync(path, 'utf8')
  if (original.split(find).length !== 2) {
    say(
      `${name}: FAILED, the guard was not found exactly once in ${file}; correct scripts/mutations/list.mjs`,
    )
    return false
  }
  const run = () =>
    capture(join(copy, 'node_modules/.bin/vitest'), ['run', '--project', project, ...tests], {
      cwd: copy,
      env: environment(),
    })
  const before = await run()
  writeFileSync(
    path,
    original.replace(find, () => replace),
  )
  const after = await run()
  writeFileSync(path, original)
  const fine = before.code === 0 && after.code !== 0 && /\bfailed\b/.test(after.output)
  say(
    `${name}: ${fine ? 'noticed' : before.code !== 0 ? 'FAILED, the tests are red without it' : 'FAILED, no test noticed'}`,
  )
  return fine
}

function copySources() {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-mutations-'))
  const skipped = /\/(node_modules|\.git|\.next|\.turbo|\.gatehouse|reports|test-results)$/
  cpSync(root, folder, { recursive: true, filter: (source) => !skipped.test(source) })
  mkdirSync(join(folder, 'node_modules'))
  for (const name of readdirSync(join(root, 'node_modules'))) {
    const [from, to] = [join(root, 'node_modules', name), join(folder, 'node_modules', name)]
    // Our own packages are relative links: copied, they point into the copy.
    if (name === '@gatehouse') cpSync(from, to, { recursive: true, verbatimSymlinks: true })
    else symlinkSync(from, to)
  }
  return folder
}
