// One run of a suite in the copy, told test by test from vitest's own report.

import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { environment } from '../lib/paths.mjs'
import { capture } from '../lib/run.mjs'

/**
 * @param signal ends the run when it is aborted
 * @returns {{output: string, tests: Map<string, {status: string, message: string}>}} by full name; empty where nothing could run
 */
export async function runTests(copy, { project, tests }, signal) {
  const file = join(copy, 'mutation-report.json')
  rmSync(file, { force: true })
  const args = ['run', '--project', project, ...tests, '--reporter=default', '--reporter=json']
  const { output } = await capture(
    join(copy, 'node_modules/.bin/vitest'),
    [...args, `--outputFile.json=${file}`],
    { cwd: copy, env: environment(), signal },
  )
  const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { testResults: [] }
  const results = report.testResults.flatMap((suite) => suite.assertionResults)
  return {
    output,
    tests: new Map(
      results.map(({ fullName, status, failureMessages = [] }) => [
        fullName,
        { status, message: failureMessages.join('\n') },
      ]),
    ),
  }
}
