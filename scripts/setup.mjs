// Brings a fresh checkout to where everything runs: packages, Node 24, the generated database client. Needs Node 20 and
// npm; downloads from the npm registry only. Each step is skipped while what it reads is unchanged.

import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fingerprint, once } from './lib/fingerprint.mjs'
import { bin, environment, node, root } from './lib/paths.mjs'
import { capture, step } from './lib/run.mjs'
import { refuse, say } from './lib/say.mjs'

/** Installs and generates what is missing. */
export async function setup() {
  const [major] = process.versions.node.split('.').map(Number)
  if (major < 20)
    refuse(`Node ${process.versions.node} is too old to set Gatehouse up: install Node 20 or newer.`)
  const manifests = ['package-lock.json', 'package.json']
  await once(
    'node_modules/.gatehouse-installed',
    fingerprint(manifests, process.platform + process.arch),
    install,
  )
  if (!existsSync(generated)) rmSync(join(root, 'node_modules/.gatehouse-generated'), { force: true })
  await once(
    'node_modules/.gatehouse-generated',
    fingerprint(['prisma/schema.prisma', 'prisma.config.ts', 'package-lock.json']),
    generate,
  )
}

const generated = join(root, 'apps/registry/src/generated/client.ts')

async function install() {
  say('First set-up: this takes a minute or two; later starts skip it')
  // Not `npm ci`: it refuses a lockfile that lacks other platforms' optional packages, which not every mirror of the registry
  // carries. `install --no-save` takes the locked versions and changes no file. Without install scripts: the only package
  // that needs one is `node`, which is rebuilt by name.
  await step(
    'Installing packages from the npm registry',
    'npm',
    ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'],
    'Check that the npm registry can be reached (npm ping) and that the disk has 2 GB free, then run the command again.',
  )
  await step(
    'Bringing Node 24 into node_modules/.bin',
    'npm',
    ['rebuild', 'node', '--no-audit', '--no-fund'],
    'The npm package "node" has a build for Linux, macOS and Windows on x64 and arm64 only.',
  )
  const { output } = await capture(node, ['--version'])
  if (!output.startsWith('v24.'))
    refuse(
      `node_modules/.bin/node says "${output.trim()}" instead of v24: remove node_modules and try again.`,
    )
}

async function generate() {
  const env = environment()
  await step(
    'Generating the database client',
    join(bin, 'prisma'),
    ['generate'],
    'Remove node_modules and run the command again.',
    { env },
  )
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await setup()
