// Streams an upstream's answer to the client: bytes as they come, with backpressure, without buffering. Next: outcome.ts.

import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { toUpstreamError } from '@gatehouse/egress'
import { AppError, toAppError } from '@gatehouse/errors'
import type { Dispatcher } from 'undici'
import { Superseded } from '../../upstream/pools.ts'
import { type Head, withoutLength } from './response-headers.ts'
import { type StreamWatch, watchStream } from './watch-stream.ts'

/** How an answer ended. */
export type Ending =
  | { readonly kind: 'complete' }
  /** Nothing was sent to the upstream: its credential was replaced while the request waited for a connection. */
  | { readonly kind: 'superseded' }
  /** Nothing was sent to the client: it can still be given an answer. upstream_auth_failed for a refused credential. */
  | { readonly kind: 'failed'; readonly error: AppError }
  /** The upstream broke off after the client had been sent headers; `clean`: an event stream, and no event is half there. */
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
  readonly dispatcher: Pick<Dispatcher, 'dispatch'>
  readonly request: Dispatcher.DispatchOptions
  readonly response: ServerResponse
  readonly keepAliveMs: number
  readonly readerTimeoutMs: number
  /** For the rest of an answer that is no stream, once its head is there. */
  readonly bodyTimeoutMs: number
  /** For streams that would stay open: ends them cleanly after the event that is under way. */
  readonly stop: AbortSignal | undefined
  readonly passage: Passage
}

/** What the answer's way to the client asks of whoever knows the call. */
export interface Passage {
  /** True for an answer that is to be looked at before the client gets it; never for a stream. */
  holds(status: number, headers: IncomingHttpHeaders): boolean
  /** The head for the client. Throws for an answer that may not pass. */
  head(status: number, headers: IncomingHttpHeaders): Head
  /** Bytes that go to the client, after the head. */
  passed(chunk: Buffer): void
}

/** A JSON answer, or one event. */
const maxAnswerBytes = 16 * 1024 * 1024

/** Sends the request and relays the answer. Never rejects. */
export function relay(options: RelayOptions): Promise<Ending> {
  if (options.response.destroyed) return Promise.resolve({ kind: 'client-gone' })
  return new Promise((resolve) => {
    options.dispatcher.dispatch(options.request, new Relay(options, resolve))
  })
}

/** What of an answer is worth a copy. */
const maxTextBytes = 8 * 1024

const complete: Ending = { kind: 'complete' }

class Relay implements Dispatcher.DispatchHandler {
  readonly #options: RelayOptions
  readonly #response: ServerResponse
  readonly #resolve: (ending: Ending) => void
  #controller: Dispatcher.DispatchController | undefined
  #started = false
  #over = false
  /** Of an event stream, as long as the client was sent nothing. */
  #head: Head | undefined
  #held: { status: number; headers: IncomingHttpHeaders; chunks: Buffer[] } | undefined
  /** Of an event stream. */
  #watch: StreamWatch | undefined
  /** Bytes so far, and how many the head announced. */
  #size = 0
  #length = -1
  #reader: NodeJS.Timeout | undefined
  #body: NodeJS.Timeout | undefined
  #onStop: (() => void) | undefined

  constructor(options: RelayOptions, resolve: (ending: Ending) => void) {
    this.#options = options
    this.#response = options.response
    this.#resolve = resolve
    this.#response.on('close', this.#gone)
    if (options.stop) {
      this.#onStop = () => this.#endBetweenEvents()
      options.stop.addEventListener('abort', this.#onStop)
    }
  }

  onRequestStart(given: Dispatcher.DispatchController): void {
    this.#controller = given
    if (this.#over) given.abort(new Error('the client went away'))
  }

  onResponseStart(_given: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200 || this.#over) return
    if (status === 401 || status === 403)
      return this.#leave(
        { kind: 'failed', error: new AppError('upstream_auth_failed') },
        'credential refused',
      )
    const isStream = isEventStream(headers)
    // Nearly always the whole answer comes along with its head, and takes neither timer nor a write of its own for the head.
    process.nextTick(awaitRest, this)
    const { passage } = this.#options
    if (!isStream && passage.holds(status, headers)) {
      this.#held = { status, headers, chunks: [] }
      return
    }
    let head: Head
    try {
      head = passage.head(status, headers)
    } catch (thrown) {
      return this.#leave({ kind: 'failed', error: toAppError(thrown) }, 'the answer may not pass')
    }
    this.#started = true
    this.#length = Number(headers['content-length'] ?? -1)
    if (isStream) this.#head = head
    else this.#response.writeHead(head.status, head.headers)
  }

  onResponseData(given: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#over) return
    this.#size += chunk.length
    if (this.#held) {
      this.#held.chunks.push(chunk)
      if (this.#size > maxAnswerBytes)
        this.#leave({ kind: 'failed', error: tooLarge() }, 'the answer is too large')
      return
    }
    if (!this.#started) return
    this.#options.passage.passed(chunk)
    // What completes an answer of known length leaves in one write with its end, and with its head if that is still here.
    if (this.#size === this.#length && this.#watch === undefined) return this.#end(chunk)
    if (this.#head) this.#openStream(this.#head)
    this.#watch?.saw(chunk)
    const room = this.#response.write(chunk)
    if ((this.#watch?.pending() ?? this.#size) > maxAnswerBytes)
      return this.#leave({ kind: 'broken', error: tooLarge(), clean: false }, 'the answer is too large')
    if (this.#options.stop?.aborted) this.#endBetweenEvents()
    if (!room && !this.#over) this.#waitForReader(given)
  }

  onResponseEnd(): void {
    if (this.#over) return
    if (this.#held) {
      const { status, headers, chunks } = this.#held
      return this.#finish({ kind: 'held', status, headers, body: Buffer.concat(chunks) })
    }
    if (this.#head && !this.#response.headersSent) this.#openStream(this.#head)
    this.#finish(complete)
    this.#response.end()
    dropUnread(this.#response, this.#options.readerTimeoutMs)
  }

  onResponseError(_given: Dispatcher.DispatchController, cause: Error): void {
    if (cause instanceof Superseded) return this.#finish({ kind: 'superseded' })
    const error = toUpstreamError(cause)
    if (!this.#started || this.#head) return this.#finish({ kind: 'failed', error })
    this.#finish({ kind: 'broken', error, clean: this.#watch?.atBoundary() ?? false })
  }

  /** Ours may come between its events: what length was announced does not hold any more. */
  #openStream({ status, headers }: Head): void {
    const { keepAliveMs, stop } = this.#options
    this.#head = undefined
    this.#response.writeHead(status, withoutLength(headers))
    this.#watch = watchStream(this.#response, keepAliveMs)
    if (stop?.aborted) this.#endBetweenEvents()
  }

  #end(chunk: Buffer): void {
    if (this.#head) this.#response.writeHead(this.#head.status, this.#head.headers)
    this.#head = undefined
    // Head and bytes as one text take one write of the system's simplest kind.
    if (chunk.length <= maxTextBytes) this.#response.end(chunk.toString('latin1'), 'latin1')
    else this.#response.end(chunk)
  }

  #finish(ending: Ending): void {
    if (this.#over) return
    this.#over = true
    clearTimeout(this.#reader)
    clearTimeout(this.#body)
    this.#watch?.stop()
    if (this.#onStop) this.#options.stop?.removeEventListener('abort', this.#onStop)
    this.#resolve(ending)
  }

  /** We don't wait for the upstream's end: its connection goes with it. */
  #leave(ending: Ending, why: string): void {
    this.#finish(ending)
    this.#controller?.abort(new Error(why))
  }

  /** Stays where it listens after the end, too: taking it away would cost more than letting it look. */
  readonly #gone = () => {
    if (!this.#over) this.#leave({ kind: 'client-gone' }, 'the client went away')
  }

  #endBetweenEvents(): void {
    if (this.#over || !this.#watch?.atBoundary()) return
    this.#leave(complete, 'this gateway stops')
    this.#response.end()
  }

  #waitForReader(given: Dispatcher.DispatchController): void {
    given.pause()
    clearTimeout(this.#body)
    this.#reader = setTimeout(() => this.#response.destroy(), this.#options.readerTimeoutMs)
    this.#response.once('drain', () => {
      if (this.#over) return
      clearTimeout(this.#reader)
      this.#reader = undefined
      if (this.#watch === undefined) this.#awaitBody()
      given.resume()
    })
  }

  /** What there was to read with the head is read. */
  awaitRest(): void {
    if (this.#over) return
    if (this.#head) {
      this.#openStream(this.#head)
      this.#response.flushHeaders()
    } else if (this.#watch === undefined) this.#awaitBody()
  }

  /** The rest of an answer that is no stream has to come in its time, however slowly it drips. */
  #awaitBody(): void {
    if (this.#reader) return
    this.#body = setTimeout(() => {
      const error = new AppError('upstream_timeout', { what: 'its answer does not end' })
      this.#leave(
        this.#started ? { kind: 'broken', error, clean: false } : { kind: 'failed', error },
        'the answer is too slow',
      )
    }, this.#options.bodyTimeoutMs)
  }
}

const awaitRest = (relay: Relay) => relay.awaitRest()

const isEventStream = (headers: IncomingHttpHeaders) =>
  /^text\/event-stream/i.test(headers['content-type'] ?? '')

const tooLarge = () => new AppError('upstream_invalid', { what: 'its answer is over 16 MiB' })

/** The answer is complete, but a client that doesn't read would hold its bytes for ever. */
export function dropUnread(response: ServerResponse, timeoutMs: number): void {
  if (response.writableLength === 0) return
  // What was written in this turn is handed to the system at its end: nearly always that was all.
  setImmediate(() => {
    if (response.writableFinished || response.destroyed) return
    const timer = setTimeout(() => response.destroy(), timeoutMs)
    const done = () => clearTimeout(timer)
    response.once('finish', done)
    response.once('close', done)
  })
}
