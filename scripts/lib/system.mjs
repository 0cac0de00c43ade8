// What tests need beyond npm: a Chromium and PostgreSQL's server programs. An installed one is used; else the
// distribution's package is installed; else one clear sentence.

import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { capture, step } from './run.mjs'
import { refuse } from './say.mjs'

/** Path of a Chromium or Chrome, or undefined. */
export function findChromium() {
  const cache = join(homedir(), '.cache', 'ms-playwright')
  const fetched = existsSync(cache)
    ? readdirSync(cache)
        .filter((name) => name.startsWith('chromium-'))
        .map((name) => join(cache, name, 'chrome-linux', 'chrome'))
    : []
  const known = [
    process.env.CHROMIUM_PATH,
    ...['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'].map(
      (name) => `/usr/bin/${name}`,
    ),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    ...fetched,
  ]
  return known.find((path) => path && existsSync(path))
}

/** Folder with `initdb` and `postgres`, or undefined. */
export function findPostgres() {
  const versions = '/usr/lib/postgresql'
  const debian = existsSync(versions)
    ? readdirSync(versions)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => join(versions, version, 'bin'))
    : []
  const path = (process.env.PATH ?? '').split(':')
  const brew = ['/opt/homebrew/opt/postgresql@17/bin', '/usr/local/opt/postgresql@17/bin']
  return [...path, ...debian, ...brew].find(
    (folder) => folder && existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
  )
}

export async function ensureChromium() {
  if (!findChromium()) await installPackage('chromium', 'a Chromium for the browser tests')
  return (
    findChromium() ?? refuse('No Chromium found: install Chromium or Chrome, or set CHROMIUM_PATH to one.')
  )
}

export async function ensurePostgres() {
  if (!findPostgres()) await installPackage('postgresql', 'PostgreSQL for the tests on a real server')
  return (
    findPostgres() ??
    refuse(
      'No PostgreSQL server programs found: install PostgreSQL 15 or newer (initdb and postgres in PATH).',
    )
  )
}

/** The driver of the benchmarks and the practical limit. */
export async function ensureBenchPrograms() {
  const has = async (name) => (await capture('sh', ['-c', `command -v ${name}`])).code === 0
  for (const [name, title, what] of [
    ['wrk', 'wrk', 'wrk, which drives the benchmark'],
    ['nginx', 'nginx-light', 'nginx to compare with'],
    ['taskset', 'util-linux', 'taskset, which keeps the contenders apart'],
  ])
    if (!(await has(name))) await installPackage(title, what)
}

async function installPackage(name, what) {
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  const remedy = `Install the package "${name}" by hand and run the command again.`
  const apt = await capture('apt-get', ['--version'])
  if (apt.code !== 0) refuse(`The tests need ${what}. ${remedy}`)
  const run = (title, args) => {
    const [command, ...rest] = [...sudo, 'apt-get', ...args]
    return step(title, command, rest, remedy, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
  }
  await run("Reading the distribution's package lists", ['update', '-q'])
  await run(`Installing ${what}`, ['install', '-y', '-q', '--no-install-recommends', name])
}
