// Streams an upstream's answer to the client: bytes as they come, with backpressure, without buffering. Next: outcome.ts.

import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { toUpstreamError } from '@gatehouse/egress'
import { AppError } from '@gatehouse/errors'
import type { Dispatcher, Pool } from 'undici'

/** How an answer ended. */
export type Ending =
  | { readonly kind: 'complete' }
  /** Nothing was sent to the client: it can still be given an answer. */
  | { readonly kind: 'refused'; readonly status: 401 | 403 }
  | { readonly kind: 'failed'; readonly error: AppError }
  /** The upstream broke off after the client had been sent headers; `clean`: an event had just ended. */
  | { readonly kind: 'broken'; readonly error: AppError; readonly clean: boolean }
  | { readonly kind: 'client-gone' }

export interface RelayOptions {
  readonly pool: Pool
  readonly request: Dispatcher.DispatchOptions
  readonly response: ServerResponse
  readonly keepAliveMs: number
  readonly readerTimeoutMs: number
  /** The head for the client. Throws for a status that may not pass. */
  head(status: number, headers: IncomingHttpHeaders): { status: number; headers: Record<string, string> }
  /** Each chunk as it passes, and the head's content type before the first. */
  started(status: number, contentType: string): void
  passed(chunk: Buffer): void
}

/** Sends the request and relays the answer. Never rejects. */
export function relay(options: RelayOptions): Promise<Ending> {
  const { response } = options
  return new Promise((resolve) => {
    let controller: Dispatcher.DispatchController | undefined
    let refused: 401 | 403 | undefined
    let started = false
    let over = false
    const quiet = createKeepAlive(response, options.keepAliveMs)
    let reader: NodeJS.Timeout | undefined

    const finish = (ending: Ending) => {
      if (over) return
      over = true
      clearTimeout(reader)
      quiet.stop()
      response.off('close', gone)
      response.off('drain', drained)
      resolve(ending)
    }
    const gone = () => {
      controller?.abort(new Error('the client went away'))
      finish({ kind: 'client-gone' })
    }
    const drained = () => {
      clearTimeout(reader)
      controller?.resume()
    }
    response.on('close', gone)
    response.on('drain', drained)

    options.pool.dispatch(options.request, {
      onRequestStart(given) {
        controller = given
        if (over) given.abort(new Error('the client went away'))
      },
      onResponseStart(_controller, status, headers) {
        if (status < 200) return
        if (status === 401 || status === 403) {
          refused = status
          return
        }
        const head = options.head(status, headers)
        const type = head.headers['Content-Type'] ?? ''
        options.started(status, type)
        started = true
        response.writeHead(head.status, head.headers)
        if (type.startsWith('text/event-stream')) {
          response.flushHeaders()
          quiet.start()
        }
      },
      onResponseData(given, chunk) {
        if (!started || over) return
        options.passed(chunk)
        quiet.saw(chunk)
        if (response.write(chunk)) return
        given.pause()
        reader = setTimeout(() => response.destroy(), options.readerTimeoutMs)
      },
      onResponseEnd() {
        if (over) return
        if (refused !== undefined) return finish({ kind: 'refused', status: refused })
        finish({ kind: 'complete' })
        response.end()
      },
      onResponseError(_controller, cause) {
        const error = cause instanceof AppError ? cause : toUpstreamError(cause)
        finish(started ? { kind: 'broken', error, clean: quiet.atBoundary() } : { kind: 'failed', error })
      },
    })
  })
}

/**
 * Comments that keep a quiet event stream open. They are written only after an empty line that came from the upstream, so that
 * no event is ever cut in two.
 */
function createKeepAlive(response: ServerResponse, everyMs: number) {
  let timer: NodeJS.Timeout | undefined
  let newlines = 0
  return {
    start() {
      timer = setInterval(() => {
        if (newlines >= 2 && !response.writableNeedDrain) response.write(':\n\n')
      }, everyMs)
    },
    saw(chunk: Buffer) {
      for (let i = Math.max(0, chunk.length - 4); i < chunk.length; i += 1) {
        if (chunk[i] === 0x0a) newlines += 1
        else if (chunk[i] !== 0x0d) newlines = 0
      }
      timer?.refresh()
    },
    atBoundary: () => newlines >= 2,
    stop: () => clearInterval(timer),
  }
}
