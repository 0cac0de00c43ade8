// Programs as processes: started, waited for, ended. spawn-app.ts and everything.ts build on it.

import { type ChildProcess, spawn } from 'node:child_process'

export interface Running {
  readonly child: ChildProcess
  /** All it printed so far, both streams. */
  output(): string
  /** Resolves with its exit code, or null for a signal. */
  readonly ended: Promise<number | null>
  /** Sends a signal and resolves when the process is gone. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** What the system lets a process have. */
export interface ProcessLimits {
  /** Files and sockets that it may hold open. */
  readonly files?: number
  /** How large a file that it writes may get, in KiB: beyond, writes fail as on a full disk. */
  readonly fileKiB?: number
  /** Its standard output goes to a disk without room. */
  readonly noRoomForOutput?: boolean
}

/**
 * Starts a program with Node and waits for `ready`.
 * @throws Error with its output when it ends or the deadline passes before
 */
export async function start<T>(
  args: readonly string[],
  options: { cwd?: string; env: NodeJS.ProcessEnv; deadlineMs?: number; limits?: ProcessLimits },
  ready: (running: Running) => Promise<T>,
): Promise<Running & { readonly first: T }> {
  const [command, commandArgs] = limited(args, options.limits)
  const child = spawn(command, commandArgs, {
    ...(options.cwd ? { cwd: options.cwd } : {}),
    env: { ...inherited(), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk))
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk))
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  const running: Running = {
    child,
    ended,
    output: () => text,
    stop(signal = 'SIGTERM') {
      child.kill(signal)
      return ended
    },
  }
  const deadlineMs = options.deadlineMs ?? 60_000
  let timer: NodeJS.Timeout | undefined
  const tooEarly = ended.then((code) => {
    throw new Error(`${args[0]} ended with ${code} before it was ready:\n${text}`)
  })
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`${args[0]} was not ready after ${deadlineMs} ms:\n${text}`))
    }, deadlineMs)
  })
  tooEarly.catch(() => {})
  try {
    return { ...running, first: await Promise.race([ready(running), tooEarly, tooLate]) }
  } finally {
    clearTimeout(timer)
  }
}

/** What a program finds its way with, and where Node keeps what it has compiled. */
function inherited(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE } = process.env
  return { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE }
}

/** The shell sets the limits and becomes the program: same process, same IPC channel. */
function limited(args: readonly string[], limits: ProcessLimits = {}): [string, readonly string[]] {
  const { files, fileKiB, noRoomForOutput } = limits
  if (files === undefined && fileKiB === undefined && !noRoomForOutput) return [process.execPath, args]
  // POSIX counts file sizes in blocks of 512 bytes.
  const set = [files && `ulimit -n ${files}`, fileKiB && `ulimit -f ${fileKiB * 2}`]
  const run = `exec "$0" "$@" ${noRoomForOutput ? '>/dev/full' : ''}`
  return ['/bin/sh', ['-c', [...set, run].filter(Boolean).join(' && '), process.execPath, ...args]]
}
