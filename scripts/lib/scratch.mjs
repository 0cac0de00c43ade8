// Where tests put databases and data folders: in memory where the system has a place for that. Hundreds of them are made and
// removed, and a disk takes longer for that than the tests themselves. Most begin as a copy of one that is kept.

import { chmodSync, existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { environment, node, root } from './paths.mjs'
import { capture } from './run.mjs'

const memory = '/dev/shm'
const neededBytes = 4 * 1024 ** 3

let template

/** Runs the work with the environment that leads there and to the one that is kept; what was put there is removed after it. */
export async function withScratch(work) {
  template ??= dataTemplate()
  const kept = { E2E_DATA_TEMPLATE: await template }
  if (!hasRoom()) return work(kept)
  const folder = mkdtempSync(`${memory}/gatehouse-`)
  chmodSync(folder, 0o711) // PostgreSQL runs as somebody else where we are root
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  try {
    return await work({ ...kept, TMPDIR: folder })
  } finally {
    process.off('exit', remove)
    remove()
  }
}

function hasRoom() {
  if (!existsSync(memory)) return false
  const { bavail, bsize } = statfsSync(memory)
  return bavail * bsize >= neededBytes
}

/** A data folder with a migrated, empty database; where it can't be made, each stack makes its own. */
async function dataTemplate() {
  const program = join(root, 'apps/registry/src/testing/embedded-template.ts')
  const { output } = await capture(node, [program], { env: environment() })
  const folder = output.trim().split('\n').at(-1) ?? ''
  return existsSync(folder) ? folder : ''
}
