// Running a test suite and counting from its own JSON report; a suite that ran nothing has failed.

import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { bin, environment, node, root } from './paths.mjs'
import { show } from './run.mjs'
import { say } from './say.mjs'
import { withScratch } from './scratch.mjs'

/** vitest's projects by name; none means all. A reporter among `args` takes the place of the default one. @returns {{passed, failed}} */
export async function vitest(title, args, env = {}) {
  const file = fresh(`reports/${title.replaceAll(' ', '-')}.json`)
  say(`Suite: ${title}`)
  const shown = args.some((arg) => arg.startsWith('--reporter=')) ? [] : ['--reporter=default']
  const reporters = [...shown, '--reporter=json', `--outputFile.json=${file}`]
  const code = await withScratch((scratch) =>
    show(join(bin, 'vitest'), ['run', ...args, ...reporters], {
      env: { ...environment(), ...scratch, ...env },
    }),
  )
  const report = read(file)
  return counted(code, report?.numPassedTests ?? 0, report?.numFailedTests ?? 0)
}

/** Playwright's tests below e2e/. @returns {{passed, failed}} */
export async function playwright(title, args, env = {}) {
  const file = fresh(`reports/${title.replaceAll(' ', '-')}.json`)
  say(`Suite: ${title}`)
  const given = { ...environment(), ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: file }
  const reporters = ['--reporter=list,json']
  const code = await withScratch((scratch) =>
    show(join(bin, 'playwright'), ['test', '--config', 'e2e/playwright.config.ts', ...reporters, ...args], {
      env: { ...given, ...scratch },
    }),
  )
  const { expected = 0, unexpected = 0, flaky = 0 } = read(file)?.stats ?? {}
  return counted(code, expected, unexpected + flaky)
}

/** The official conformance suite, in the legs named or all. @returns {{passed, failed}} */
export async function officialSuite(legs = []) {
  const file = fresh('reports/conformance-outcome.json')
  say('Suite: conformance')
  const code = await withScratch((scratch) =>
    show(node, [join(root, 'e2e/conformance/main.ts'), ...legs], { env: { ...environment(), ...scratch } }),
  )
  const { passed = 0, failed = 0 } = read(file) ?? {}
  return counted(code, passed, failed)
}

/** A non-zero exit without a failed test, or no test at all, counts as one failure. */
function counted(code, passed, failed) {
  return { passed, failed: failed === 0 && (code !== 0 || passed === 0) ? 1 : failed }
}

function fresh(path) {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  rmSync(file, { force: true })
  return file
}

const read = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined)

/** The sum of several results. */
export const sum = (...all) =>
  all.reduce((a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed }), {
    passed: 0,
    failed: 0,
  })
