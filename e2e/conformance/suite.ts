// Runs the official suite's program and reads the checks that it wrote: one file per scenario.

import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import type { Revision } from './requirements.ts'

const program = createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/dist/index.js')
export const suiteFolder = dirname(dirname(program))

export interface Check {
  readonly id: string
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO'
  readonly errorMessage?: string
}

/** The checks of each scenario that came to its end. */
export type Results = ReadonlyMap<string, readonly Check[]>

/** All scenarios that a revision has for servers, against the server at this URL. */
export async function testServer(url: string, revision: Revision): Promise<Results> {
  const { results } = await run(
    ['server', '--url', url, '--requirements', revision],
    /^server-(.+)-\d{4}-\d\d-\d\dT/,
  )
  return results
}

/**
 * One client scenario: the suite starts its mock server and runs `command` in this folder, its URL as the last argument. Some
 * scenarios have nothing to say about a client that fails before it calls; here that is a failed check.
 */
export async function testClient(
  scenario: string,
  revision: Revision,
  command: string,
  env: NodeJS.ProcessEnv,
): Promise<readonly Check[] | undefined> {
  const args = ['client', '--scenario', scenario, '--spec-version', revision, '--force', '--command', command]
  const { results, output } = await run(args, /^(.+)-\d{4}-\d\d-\d\dT/, env)
  const checks = results.get(scenario)
  const failed = /Client (?:exited with code|timed out).*?(?:(\w*Error: [^\n]*)|$)/s.exec(output)
  if (!checks || !failed) return checks
  return [...checks, { id: 'driver', status: 'FAILURE', errorMessage: failed[1] ?? failed[0] }]
}

async function run(args: readonly string[], folderName: RegExp, env: NodeJS.ProcessEnv = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-conformance-'))
  const child = spawn(process.execPath, [program, ...args, '--output-dir', folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // the suite splits its client's command at spaces: no folder must be in it
    cwd: import.meta.dirname,
    env: { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`, ...env },
    timeout: 120_000,
    killSignal: 'SIGKILL',
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk))
  await new Promise((resolve) => child.once('close', resolve))
  const results = new Map<string, Check[]>()
  // scenarios of OAuth have a slash in their names
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const scenario = folderName.exec(name)?.[1]
    const checks = scenario && read(join(folder, name, 'checks.json'))
    if (checks) results.set(scenario, checks)
  }
  rmSync(folder, { recursive: true, force: true })
  return { results, output }
}

function read(file: string): Check[] | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Check[] // as the pinned suite writes them
  } catch {
    return undefined // the scenario ended before it had any
  }
}
