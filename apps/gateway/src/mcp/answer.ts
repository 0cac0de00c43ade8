// Where the messages of a bridged or aggregated call go: one JSON body, or an event stream as soon as something precedes the
// response. Messages are JSON texts and go out as they are.

import type { Deps } from '../deps.ts'
import type { Call, Trace } from './call.ts'
import { ownHeaders, sendJson } from './refuse.ts'
import { judge } from './transparent/outcome.ts'
import { dropUnread } from './transparent/relay.ts'

export interface Answer {
  /** A notification or a request to the client: starts the stream. Resolves when there is room for more. */
  send(text: string): Promise<void>
  /** The response; ends it, and completes the trace. `status` counts only where nothing was streamed before. */
  finish(text: string, status?: number): void
  /** Starts the stream before there is anything to say. */
  open(): void
  /** Ends a stream that has no response. */
  end(): void
  readonly streaming: boolean
  /** Aborts when the client went away before the end. */
  readonly gone: AbortSignal
}

export interface AnswerOptions {
  /** Each message on its way out: the aggregate's names and addresses. */
  readonly map?: (text: string) => string
  /** Headers beside our own, such as a session id. */
  readonly headers?: Readonly<Record<string, string>>
}

export function createAnswer(
  deps: Pick<Deps, 'config'>,
  call: Pick<Call, 'response'>,
  trace: Trace,
  { map = (text) => text, headers = {} }: AnswerOptions = {},
): Answer {
  const { response } = call
  const gone = new AbortController()
  let streaming = false
  let over = false
  let comments: NodeJS.Timeout | undefined
  let reader: NodeJS.Timeout | undefined

  const stop = () => {
    over = true
    clearInterval(comments)
  }
  response.once('close', () => {
    clearTimeout(reader)
    if (!over) gone.abort(new Error('the client went away'))
    stop()
  })
  if (response.destroyed) gone.abort(new Error('the client went away'))

  const start = () => {
    streaming = true
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'X-Accel-Buffering': 'no',
      ...ownHeaders,
      ...headers,
    })
    response.flushHeaders()
    comments = setInterval(() => {
      if (!response.writableNeedDrain) response.write(':\n\n')
    }, deps.config.GATEHOUSE_KEEP_ALIVE_MS)
  }
  /** An event's data may span lines; JSON text with line breaks between its members does. */
  const write = (text: string): boolean => {
    trace.responseBytes += Buffer.byteLength(text)
    comments?.refresh()
    return response.write(`event: message\ndata: ${text.replaceAll(/\r\n|\r|\n/g, '\ndata: ')}\n\n`)
  }
  /** A client that reads nothing for so long is dropped. */
  const room = () =>
    new Promise<void>((resolve) => {
      clearTimeout(reader)
      reader = setTimeout(() => response.destroy(), deps.config.GATEHOUSE_READER_TIMEOUT_MS)
      const done = () => {
        clearTimeout(reader)
        response.off('drain', done)
        response.off('close', done)
        resolve()
      }
      response.on('drain', done)
      response.on('close', done)
    })

  return {
    async send(text) {
      if (over || response.destroyed) return
      if (!streaming) start()
      if (!write(map(text))) await room()
    },
    finish(text, status = 200) {
      if (over || response.destroyed) return
      const mapped = map(text) // where that fails, it is not answered yet
      stop()
      Object.assign(trace, judge(mapped))
      if (streaming) {
        write(mapped)
        response.end()
      } else {
        trace.responseBytes += Buffer.byteLength(mapped)
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
        sendJson(response, status, mapped)
      }
      dropUnread(response, deps.config.GATEHOUSE_READER_TIMEOUT_MS)
    },
    open() {
      if (!over && !streaming && !response.destroyed) start()
    },
    end() {
      if (over || response.destroyed) return
      stop()
      if (trace.outcome === 'unknown') trace.outcome = 'ok'
      response.end()
      dropUnread(response, deps.config.GATEHOUSE_READER_TIMEOUT_MS)
    },
    get streaming() {
      return streaming
    },
    gone: gone.signal,
  }
}
