// ARCHITECTURE.md against the code: every path it names exists, and the files of its call table import only downhill.

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { root } from '../lib/paths.mjs'

const text = () => readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')

/** A sentence for each path in backquotes that does not exist. */
export function missingPaths() {
  const named = [...text().matchAll(/`((?:apps|packages|prisma|e2e|scripts|docs|bench)\/[\w./@-]+)`/g)].map(
    (match) => match[1],
  )
  if (named.length < 10) return ['ARCHITECTURE.md names fewer than 10 paths: the check reads it wrongly']
  return [...new Set(named)]
    .filter((path) => !existsSync(join(root, path)))
    .map((path) => `ARCHITECTURE.md names ${path}, which does not exist`)
}

/** A sentence for each value import that points up the table "One tools/call, file by file". */
export function callTable() {
  const section = text().split('## One tools/call, file by file')[1]?.split('\n## ')[0] ?? ''
  const order = [...section.matchAll(/^\| `(apps\/gateway\/src\/[\w./-]+\.ts)`/gm)].map((match) => match[1])
  if (order.length < 8) return ['ARCHITECTURE.md lists fewer than 8 files in its call table']
  return order.flatMap((file, index) => {
    if (!existsSync(join(root, file))) return []
    const source = readFileSync(join(root, file), 'utf8')
    const imports = [...source.matchAll(/^(?:import|export) (?!type )[^;]*? from '(\.[^']+)'/gms)].map(
      (match) => relative(root, join(root, dirname(file), match[1])),
    )
    return imports
      .filter((path) => order.indexOf(path) !== -1 && order.indexOf(path) <= index)
      .map((path) => `${file} imports ${path}, which stands above it in the call table`)
  })
}
