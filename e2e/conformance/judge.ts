// Which scenarios failed, and whether they were to be expected: listed with a reason in expected-failures/, or failing
// without the gateway too.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Requirements, Revision } from './requirements.ts'
import type { Check, Results } from './suite.ts'

export type Leg = 'direct' | 'transparent' | 'bridge' | 'aggregate' | 'client' | 'client-auth'
export type Era = 'legacy' | 'modern' | 'gateway'

/** One combination, as reports/conformance.json has it. */
export interface Row {
  readonly leg: Leg
  readonly client_era: Era
  readonly upstream_era: Era
  readonly requirements: Revision
  readonly scored_passed: number
  readonly scored_total: number
  readonly unscored_passed: number
  readonly unscored_total: number
  readonly checks_passed: number
  readonly checks_failed: number
}

/** How a combination went. */
export interface Outcome {
  readonly row: Row
  /** Scenarios that did as expected. */
  readonly passed: number
  /** One sentence each: a failure that is not listed, or a listed one that passes. */
  readonly surprises: readonly string[]
}

type About = Pick<Row, 'leg' | 'client_era' | 'upstream_era' | 'requirements'>

/**
 * @param reference what passes without the gateway must pass with it; undefined for the reference itself
 * @param listed `scenario` or `scenario:check`: what is known to fail, and must
 */
export function judge(
  about: About,
  required: Requirements,
  results: Results,
  reference?: Results,
  listed: Iterable<string> = expectedFailures(about),
): Outcome {
  const all = [...required.scored, ...required.unscored]
  const expected = new Set(listed)
  const surprises: string[] = []
  for (const scenario of all) {
    const failed = failedChecks(results.get(scenario), reference?.get(scenario))
    const whole = expected.delete(scenario)
    const unlisted = failed.filter(({ id }) => !whole && !expected.has(`${scenario}:${id}`))
    for (const { id } of failed) expected.delete(`${scenario}:${id}`)
    if (unlisted.length > 0) surprises.push(`${scenario} fails: ${unlisted.map(sentence).join('; ')}`)
    else if (whole && failed.length === 0)
      surprises.push(`${scenario} passes, but is listed as an expected failure`)
  }
  for (const entry of expected) surprises.push(`${entry} is listed as an expected failure, but doesn't fail`)
  const where = `${about.leg}, ${about.client_era} client, ${about.upstream_era} upstream, ${about.requirements}`
  return {
    row: count(about, required, results),
    passed: Math.max(0, all.length - surprises.length),
    surprises: surprises.map((text) => `${where}: ${text}`),
  }
}

function count(about: About, { scored, unscored }: Requirements, results: Results): Row {
  const passed = (scenarios: readonly string[]) =>
    scenarios.filter((scenario) => results.has(scenario) && failures(results.get(scenario)).length === 0)
      .length
  const checks = [...results.values()].flat()
  const having = (status: Check['status']) => checks.filter((check) => check.status === status).length
  return {
    ...about,
    scored_passed: passed(scored),
    scored_total: scored.length,
    unscored_passed: passed(unscored),
    unscored_total: unscored.length,
    checks_passed: having('SUCCESS'),
    checks_failed: having('FAILURE'),
  }
}

const sentence = ({ id, errorMessage }: Check) =>
  errorMessage ? `${id} (${errorMessage.split('\n')[0]?.slice(0, 160)})` : id

const failures = (checks: readonly Check[] = []) => checks.filter(({ status }) => status === 'FAILURE')

/** Failures, and what succeeds in the reference but not here; without what fails in the reference too. */
function failedChecks(checks: readonly Check[] | undefined, reference: readonly Check[] = []): Check[] {
  if (!checks && failures(reference).length > 0) return [] // it ends earlier than where it failed already
  if (!checks) return [{ id: 'end', status: 'FAILURE', errorMessage: 'the scenario did not come to its end' }]
  const failedThere = new Set(failures(reference).map(({ id }) => id))
  const seen = new Set(checks.filter(({ status }) => status !== 'SKIPPED').map(({ id }) => id))
  const lost = reference.filter(({ id, status }) => status === 'SUCCESS' && !seen.has(id))
  return [
    ...failures(checks).filter(({ id }) => !failedThere.has(id)),
    ...lost.map(({ id }): Check => ({ id, status: 'FAILURE', errorMessage: 'was not checked' })),
  ]
}

/** `client→upstream revision scenario[:check]  reason` on each line, `*` for every upstream; `#` starts a comment. */
function expectedFailures(about: About): Set<string> {
  const file = join(import.meta.dirname, 'expected-failures', `${about.leg}.txt`)
  const pairs = [`${about.client_era}→${about.upstream_era}`, `${about.client_era}→*`]
  const entries = new Set<string>()
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const [, eras, revision, entry] = /^(\S+)\s+(\S+)\s+(\S+)\s+\S/.exec(line) ?? []
    if (!entry) throw new Error(`${file}: a line needs eras, a revision, a scenario and a reason: ${line}`)
    if (pairs.includes(eras ?? '') && revision === about.requirements) entries.add(entry)
  }
  return entries
}
