// `npm run test:mutations`: takes one guard away at a time, in a copy of the sources, and demands that the test of just that
// guarantee notices: by an assertion, not because something no longer starts or answers. `-- rate limit` takes only those whose
// name holds these words.

import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { refuse, say } from './lib/say.mjs'
import { ensurePostgres } from './lib/system.mjs'
import { copySources } from './mutations/copy.mjs'
import { mutations } from './mutations/list.mjs'
import { runTests } from './mutations/run-tests.mjs'
import { setup } from './setup.mjs'

/** @param words those whose name holds them; all unless told. @returns {{passed: number, failed: number}} */
export async function mutationTests(words = '') {
  const chosen = mutations.filter(({ name }) => name.includes(words))
  if (chosen.length === 0) refuse(`No mutation is named so: "${words}". See scripts/mutations/list.mjs.`)
  await ensurePostgres()
  const copy = copySources()
  const ended = new AbortController()
  const end = () => {
    ended.abort()
    rmSync(copy, { recursive: true, force: true })
  }
  process.once('exit', end)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1))

  const unchanged = new Map()
  const result = { passed: 0, failed: 0 }
  for (const mutation of chosen) {
    const problem = await unnoticed(mutation, copy, unchanged, ended.signal)
    result[problem ? 'failed' : 'passed'] += 1
    say(`${mutation.name}: ${problem ? `FAILED, ${problem}` : 'noticed'}`)
  }
  process.off('exit', end)
  end()
  return result
}

/** Why the mutation does not count as noticed; undefined where it does. */
async function unnoticed(mutation, copy, unchanged, signal) {
  const { file, find, replace, project, tests, noticedBy } = mutation
  const path = join(copy, file)
  const original = readFileSync(path, 'utf8')
  if (original.split(find).length !== 2)
    return `the guard does not stand exactly once in ${file}: correct scripts/mutations/list.mjs`
  const suite = `${project} ${tests}`
  if (!unchanged.has(suite)) unchanged.set(suite, await runTests(copy, mutation, signal))
  const before = unchanged.get(suite)
  if (before.output && [...before.tests.values()].some(({ status }) => status === 'failed'))
    return `the tests are red without it\n${tail(before.output)}`
  const guarantee = [...before.tests.keys()].find((name) => name.endsWith(noticedBy))
  if (guarantee === undefined) return `no test is named "${noticedBy}"\n${tail(before.output)}`

  writeFileSync(
    path,
    original.replace(find, () => replace),
  )
  const after = await runTests(copy, mutation, signal)
  writeFileSync(path, original)
  const { status = 'missing', message = '' } = after.tests.get(guarantee) ?? {}
  if (status === 'failed' && isAssertion.test(message)) return undefined
  return `"${guarantee}" ${status === 'failed' ? 'failed, but by no assertion' : `is ${status}`}\n${message || tail(after.output)}`
}

/** What `expect` throws, also by `rejects` and `resolves`. */
const isAssertion = /AssertionError|^ +at _Assertion\./m

const tail = (output) => output.trim().split('\n').slice(-40).join('\n')

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await setup()
  const { passed, failed } = await mutationTests(process.argv.slice(2).join(' '))
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed === 0 ? 0 : 1)
}
