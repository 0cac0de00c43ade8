// Streams an upstream's answer to the client: bytes as they come, with backpressure, without buffering. Next: outcome.ts.

import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { toUpstreamError } from '@gatehouse/egress'
import { AppError, toAppError } from '@gatehouse/errors'
import type { Dispatcher } from 'undici'
import { Superseded } from '../../upstream/pools.ts'
import { watchStream } from './watch-stream.ts'

/** How an answer ended. */
export type Ending =
  | { readonly kind: 'complete' }
  /** Nothing was sent to the upstream: its credential was replaced while the request waited for a connection. */
  | { readonly kind: 'superseded' }
  /** Nothing was sent to the client: it can still be given an answer. upstream_auth_failed for a refused credential. */
  | { readonly kind: 'failed'; readonly error: AppError }
  /** The upstream broke off after the client had been sent headers; `clean`: no event is half there. */
  | { readonly kind: 'broken'; readonly error: AppError; readonly clean: boolean }
  | { readonly kind: 'client-gone' }
  /** The whole answer, kept back from the client. */
  | HeldAnswer

export interface HeldAnswer {
  readonly kind: 'held'
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface RelayOptions {
  readonly dispatcher: Dispatcher
  readonly request: Dispatcher.DispatchOptions
  readonly response: ServerResponse
  readonly keepAliveMs: number
  readonly readerTimeoutMs: number
  /** For the rest of an answer that is no stream, once its head is there. */
  readonly bodyTimeoutMs: number
  /** For streams that would stay open: ends them cleanly after the event that is under way. */
  readonly stop: AbortSignal | undefined
  /** True for an answer that is to be looked at before the client gets it; never for a stream. */
  readonly hold?: ((status: number, headers: IncomingHttpHeaders) => boolean) | undefined
  /** The head for the client. Throws for an answer that may not pass. */
  head(status: number, headers: IncomingHttpHeaders): { status: number; headers: Record<string, string> }
  /** The head's content type, before the first chunk. */
  started(status: number, contentType: string): void
  passed(chunk: Buffer): void
}

/** A JSON answer, or one event. */
const maxAnswerBytes = 16 * 1024 * 1024

/** Sends the request and relays the answer. Never rejects. */
export function relay(options: RelayOptions): Promise<Ending> {
  const { response, stop } = options
  if (response.destroyed) return Promise.resolve({ kind: 'client-gone' })
  return new Promise((resolve) => {
    let controller: Dispatcher.DispatchController | undefined
    let started = false
    let over = false
    let held: { status: number; headers: IncomingHttpHeaders; chunks: Buffer[]; size: number } | undefined
    let reader: NodeJS.Timeout | undefined
    let isBody = false
    let body: NodeJS.Timeout | undefined
    const watch = watchStream(response)

    const finish = (ending: Ending) => {
      if (over) return
      over = true
      clearTimeout(reader)
      clearTimeout(body)
      watch.stop()
      response.off('close', gone)
      response.off('drain', drained)
      stop?.removeEventListener('abort', endBetweenEvents)
      resolve(ending)
    }
    /** We don't wait for the upstream's end: its connection goes with it. */
    const leave = (ending: Ending, why: string) => {
      finish(ending)
      controller?.abort(new Error(why))
    }
    const gone = () => leave({ kind: 'client-gone' }, 'the client went away')
    const awaitBody = () => {
      if (isBody && !over) body = setTimeout(tooSlow, options.bodyTimeoutMs)
    }
    const tooSlow = () => {
      const error = new AppError('upstream_timeout', { what: 'its answer does not end' })
      leave(
        started ? { kind: 'broken', error, clean: false } : { kind: 'failed', error },
        'the answer is too slow',
      )
    }
    const drained = () => {
      clearTimeout(reader)
      awaitBody()
      controller?.resume()
    }
    const endBetweenEvents = () => {
      if (!started || over || !watch.atBoundary()) return
      leave({ kind: 'complete' }, 'this gateway stops')
      response.end()
    }
    response.on('close', gone)
    response.on('drain', drained)
    stop?.addEventListener('abort', endBetweenEvents)

    options.dispatcher.dispatch(options.request, {
      onRequestStart(given) {
        controller = given
        if (over) given.abort(new Error('the client went away'))
      },
      onResponseStart(_given, status, headers) {
        if (status < 200 || over) return
        if (status === 401 || status === 403) {
          const error = new AppError('upstream_auth_failed')
          return leave({ kind: 'failed', error }, 'credential refused')
        }
        if (!String(headers['content-type']).toLowerCase().startsWith('text/event-stream')) {
          isBody = true
          awaitBody()
        }
        if (options.hold?.(status, headers)) {
          held = { status, headers, chunks: [], size: 0 }
          return
        }
        let head: ReturnType<RelayOptions['head']>
        try {
          head = options.head(status, headers)
        } catch (thrown) {
          return leave({ kind: 'failed', error: toAppError(thrown) }, 'the answer may not pass')
        }
        const type = head.headers['Content-Type'] ?? ''
        options.started(status, type)
        started = true
        response.writeHead(head.status, head.headers)
        if (!type.startsWith('text/event-stream')) return
        response.flushHeaders()
        watch.startComments(options.keepAliveMs)
        if (stop?.aborted) endBetweenEvents()
      },
      onResponseData(given, chunk) {
        if (held && !over) {
          held.chunks.push(chunk)
          held.size += chunk.length
          if (held.size <= maxAnswerBytes) return
          const error = new AppError('upstream_invalid', { what: 'its answer is over 16 MiB' })
          return leave({ kind: 'failed', error }, 'the answer is too large')
        }
        if (!started || over) return
        options.passed(chunk)
        watch.saw(chunk)
        const room = response.write(chunk)
        if (watch.pending() > maxAnswerBytes) {
          const error = new AppError('upstream_invalid', { what: 'its answer is over 16 MiB' })
          return leave({ kind: 'broken', error, clean: false }, 'the answer is too large')
        }
        if (stop?.aborted) endBetweenEvents()
        if (room || over) return
        given.pause()
        clearTimeout(body)
        clearTimeout(reader)
        reader = setTimeout(() => response.destroy(), options.readerTimeoutMs)
      },
      onResponseEnd() {
        if (over) return
        if (held) {
          const { status, headers, chunks } = held
          return finish({ kind: 'held', status, headers, body: Buffer.concat(chunks) })
        }
        finish({ kind: 'complete' })
        response.end()
        dropUnread(response, options.readerTimeoutMs)
      },
      onResponseError(_given, cause) {
        if (cause instanceof Superseded) return finish({ kind: 'superseded' })
        const error = toUpstreamError(cause)
        finish(started ? { kind: 'broken', error, clean: watch.atBoundary() } : { kind: 'failed', error })
      },
    })
  })
}

/** The answer is complete, but a client that doesn't read would hold its bytes for ever. */
export function dropUnread(response: ServerResponse, timeoutMs: number): void {
  // What was written in this turn is handed to the system at its end: nearly always that was all.
  setImmediate(() => {
    if (response.writableFinished || response.destroyed) return
    const timer = setTimeout(() => response.destroy(), timeoutMs)
    const done = () => clearTimeout(timer)
    response.once('finish', done)
    response.once('close', done)
  })
}
