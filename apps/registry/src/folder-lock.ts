// One process at a time in one data folder: PGlite itself would let a second one in and lose data.

import { randomUUID } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/**
 * Takes the lock file, also from a holder that is gone (kill -9). Returns the function that gives it back.
 * @throws Error with one sentence where another live process holds it
 */
export function lockFolder(folder: string, file: string): () => void {
  const mine = JSON.stringify({ pid: process.pid, started: startedAt(process.pid) })
  for (;;) {
    try {
      writeFileSync(file, mine, { flag: 'wx', mode: 0o600 })
      return () => {
        if (read(file) === mine) rmSync(file, { force: true })
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = read(file)
    if (holder === undefined) continue
    const pid = livePid(holder)
    if (pid !== undefined) throw inUse(folder, pid)
    takeAway(folder, file, holder)
  }
}

/** Of two that find a stale lock, only one moves it aside; one that moved a fresh lock puts it back. */
function takeAway(folder: string, file: string, stale: string): void {
  const aside = `${file}.${randomUUID()}`
  try {
    renameSync(file, aside)
  } catch {
    return // the other one was faster
  }
  const moved = read(aside)
  if (moved !== stale) linkSync(aside, file)
  rmSync(aside, { force: true })
  if (moved !== stale) throw inUse(folder, 'which just started')
}

const inUse = (folder: string, who: number | string) =>
  new Error(
    `The data folder ${folder} is in use by another process (${who}): stop that one first, or set GATEHOUSE_DATA_DIR to another folder`,
  )

/** The holder's pid when that very process still runs: not another one that was given its number. */
function livePid(holder: string): number | undefined {
  const { pid, started } = parse(holder)
  if (pid === undefined || !isAlive(pid)) return undefined
  const now = startedAt(pid)
  return now === null || started === null || now === started ? pid : undefined
}

function parse(holder: string): { pid?: number; started: string | null } {
  try {
    const { pid, started } = JSON.parse(holder) as { pid?: unknown; started?: unknown }
    return {
      ...(typeof pid === 'number' ? { pid } : {}),
      started: typeof started === 'string' ? started : null,
    }
  } catch {
    return { started: null } // killed while it wrote
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Boot and start time of a process where the system tells (Linux), else null. */
function startedAt(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`
  } catch {
    return null
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
