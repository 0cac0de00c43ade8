// Where tests put databases and data folders: in memory where the system has a place for that. Hundreds of them are made and
// removed, and a disk takes longer for that than the tests themselves.

import { chmodSync, existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'

const memory = '/dev/shm'
const neededBytes = 4 * 1024 ** 3

/** Runs the work with the environment that leads temporary files there; they are removed after it. */
export async function withScratch(work) {
  if (!hasRoom()) return work({})
  const folder = mkdtempSync(`${memory}/gatehouse-`)
  chmodSync(folder, 0o711) // PostgreSQL runs as somebody else where we are root
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  try {
    return await work({ TMPDIR: folder })
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
