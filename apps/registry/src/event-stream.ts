// Server-sent events on one response: sent at once, kept alive by comments, and cut where the reader does not keep up.

import type { Response } from 'express'

export interface EventStream {
  send(event: string, data: unknown): void
  end(): void
}

/** The open streams of the process: a stop ends them, because nothing else would. */
export type OpenStreams = Set<EventStream>

/** More than this waiting in memory for one reader cuts its stream. */
const maxWaitingBytes = 4 * 1024 * 1024

/**
 * Starts the answer. `onClose` is called once, whoever ends it.
 * @param beat what else is done with every comment line; what it throws ends the stream
 */
export function openEventStream(
  open: OpenStreams,
  res: Response,
  options: { readonly beatMs: number; readonly onClose: () => void; readonly beat?: () => Promise<void> },
): EventStream {
  const write = (text: string) => {
    if (res.writableEnded || res.destroyed) return
    if (res.writableLength > maxWaitingBytes) res.destroy()
    else res.write(text)
  }
  const end = () => {
    if (!res.writableEnded) res.end()
  }
  const timer = setInterval(() => {
    write(':\n\n')
    options.beat?.().catch(end)
  }, options.beatMs)
  const stream: EventStream = {
    send: (event, data) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
    end,
  }
  const close = () => {
    clearInterval(timer)
    open.delete(stream)
    options.onClose()
  }
  open.add(stream)
  if (res.destroyed) close()
  else res.once('close', close)
  res.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
    // The connection ends with the stream, so that a stop does not wait for it.
    Connection: 'close',
  })
  res.flushHeaders()
  return stream
}
