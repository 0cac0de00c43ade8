// Has anything changed since a step was last done? A fingerprint over the files that the step reads.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './paths.mjs'

const skipped = new Set(['node_modules', '.next', '.turbo', 'generated', 'dist'])

/** SHA-256 over the names and contents of `paths` (files, or folders with all below them) and of `extra`. */
export function fingerprint(paths, extra = '') {
  const hash = createHash('sha256').update(extra)
  const add = (path) => {
    const full = join(root, path)
    if (!existsSync(full)) return
    if (statSync(full).isDirectory()) {
      for (const name of readdirSync(full).sort()) if (!skipped.has(name)) add(join(path, name))
    } else {
      hash.update(`\0${path}\0`).update(readFileSync(full))
    }
  }
  for (const path of paths) add(path)
  return hash.digest('hex')
}

/** Does `work` unless the stamp file already carries this fingerprint. */
export async function once(stampFile, print, work) {
  const stamp = join(root, stampFile)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === print) return false
  await work()
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, print)
  return true
}
