// The gateways from npm that we are compared with, in exactly these versions: installed when they are measured, into a folder that
// git ignores, and part of nothing that runs.

import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const versions = { 'mcp-hub': '4.2.1', 'mcp-proxy': '6.7.19', supergateway: '4.0.0' } as const
const folder = join(import.meta.dirname, '../../../bench/contenders')

const programs = {
  'mcp-hub': 'mcp-hub/dist/cli.js',
  'mcp-proxy': 'mcp-proxy/dist/bin/mcp-proxy.mjs',
  supergateway: 'supergateway/dist/index.js',
} as const

/** Path of its program. @throws Error where npm can't install it */
export async function npmPeer(name: keyof typeof versions): Promise<string> {
  const manifest = join(folder, 'package.json')
  const wanted = JSON.stringify({ private: true, dependencies: versions })
  const program = join(folder, 'node_modules', programs[name])
  if (existsSync(program) && readFileSync(manifest, 'utf8') === wanted) return program
  mkdirSync(folder, { recursive: true })
  writeFileSync(manifest, wanted)
  console.log(
    `Installing ${Object.entries(versions)
      .map((one) => one.join(' '))
      .join(', ')}`,
  )
  await promisify(execFile)('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    timeout: 300_000,
  })
  return program
}
