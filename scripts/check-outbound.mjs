// Every outbound connection of the product goes through packages/egress: in the product's own sources nothing else may open one.
// Inbound servers (node:http createServer) and the database driver are the exceptions, named here.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { root } from './lib/paths.mjs'

const folders = ['apps/gateway/src', 'apps/registry/src', 'packages']
const exempt = /^packages\/(egress|testkit)\/|\/generated\/|\/testing\/|\.(test|fixture)\.ts$/
const forbidden = [
  [
    /['(]undici[/']/,
    'undici (types are fine: import type)',
    /import type [^\n]*from 'undici'|import \{ type [^}]*\} from 'undici'/,
  ],
  [/(?:await|return|[=(,]|=>)\s*fetch\(/, 'global fetch'],
  [/from '@gatehouse\/testkit/, 'the test kit, which is for tests only'],
  [/\b(http|https|http2)\.(request|get|connect)\(/, 'node http client'],
  [/\b(net|tls)\.(connect|createConnection)\(/, 'node socket client'],
  [/from '(axios|node-fetch|got|ky)'/, 'an HTTP client library'],
  [/new (EventSource|WebSocket)\(/, 'a browser socket'],
  [/from 'node:child_process'/, 'child processes'],
]

const files = folders.flatMap((folder) => list(join(root, folder)))
const found = files.flatMap((file) => {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.flatMap((line, index) =>
    forbidden
      .filter(([pattern, , fine]) => pattern.test(line) && !fine?.test(line))
      .map(([, what]) => `${relative(root, file)}:${index + 1} uses ${what}`),
  )
})
if (files.length < 20) found.push(`only ${files.length} files were read: the check looks in the wrong place`)
for (const line of found) console.error(line)
process.exit(found.length === 0 ? 0 : 1)

function list(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    if (name === 'node_modules') return []
    if (statSync(path).isDirectory()) return list(path)
    return path.endsWith('.ts') && !exempt.test(relative(root, path)) ? [path] : []
  })
}
