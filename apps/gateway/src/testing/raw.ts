// Requests as bytes: what no HTTP client would send, at a pace that none would keep.

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface RawConnection {
  readonly socket: Socket
  write(text: string | Buffer): void
  /** All that came so far. */
  received(): string
  /** All of it, once the other side has closed. */
  readonly ended: Promise<string>
}

/** @param url of the gateway */
export async function openRaw(url: string): Promise<RawConnection> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  let text = ''
  socket.on('data', (chunk) => (text += chunk.toString('latin1')))
  const ended = new Promise<string>((resolve) => socket.once('close', () => resolve(text)))
  socket.on('error', () => {}) // a reset is a way of closing
  await once(socket, 'connect')
  return { socket, write: (bytes) => void socket.write(bytes), received: () => text, ended }
}

/** Sends these bytes and returns the status of the first answer. */
export async function rawStatus(url: string, text: string): Promise<number> {
  const { write, ended } = await openRaw(url)
  write(text)
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(await ended)?.[1])
}
