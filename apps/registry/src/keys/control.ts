// `npm run keys` while the registry runs on the embedded database, which only one process can open: the command asks the
// registry over a socket in the data folder, for nobody but the folder's owner, and shows what it answers.

import { once } from 'node:events'
import { chmodSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Deps } from '../deps.ts'
import { type KeyCommand, parseCommand, runCommand } from './command.ts'

const pathOf = (folder: string) => join(resolve(folder), 'keys.sock')
/** The last line of an answer. */
const endings = { done: '.', failed: '!' } as const

/** Undefined where the folder's path is too long for a socket: the command can be used while the registry is stopped. */
export async function takeKeyCommands(deps: Deps): Promise<{ close(): Promise<void> } | undefined> {
  const path = pathOf(deps.config.GATEHOUSE_DATA_DIR)
  if (Buffer.byteLength(path) > 100) return undefined
  rmSync(path, { force: true }) // left by an unclean exit; the folder is ours alone
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket))
    void answer(deps, socket)
  })
  server.listen(path)
  await once(server, 'listening')
  chmodSync(path, 0o600)
  return {
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

async function answer(deps: Deps, socket: Socket): Promise<void> {
  const tell = (line: string) => void (socket.writable && socket.write(`${line}\n`))
  try {
    const line = await firstLine(socket)
    if (line === undefined) return
    const done = await runCommand({ ...deps, db: deps.db.patient, tell }, parseCommand(line.split(' ')))
    socket.end(`${done ? endings.done : endings.failed}\n`)
  } catch (error) {
    deps.log.error({ err: error }, 'a key command failed')
    tell(error instanceof Error ? error.message : String(error))
    socket.end(`${endings.failed}\n`)
  }
}

/** Undefined where they hang up before it. */
const firstLine = (socket: Socket) =>
  new Promise<string | undefined>((resolve) => {
    // It repeats the socket's errors, also long after the line.
    createInterface(socket)
      .on('error', () => undefined)
      .once('line', resolve)
    socket.once('close', () => resolve(undefined))
  })

/**
 * @returns what came of it, or undefined where no registry runs on this folder
 * @throws Error where the registry ended before it was done: the same command goes on later
 */
export async function askRegistry(
  folder: string,
  command: KeyCommand,
  tell: (line: string) => void,
): Promise<boolean | undefined> {
  const socket = connect(pathOf(folder))
  try {
    await once(socket, 'connect')
  } catch {
    return undefined
  }
  socket.write(`${command}\n`)
  for await (const line of createInterface(socket)) {
    if (line === endings.done || line === endings.failed) return line === endings.done
    tell(line)
  }
  throw new Error('The registry ended before this was done: run it again to go on')
}
