// Streams an upstream's answer to the client: bytes as they come, with backpressure, without buffering. Next: outcome.ts.

import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { toUpstreamError } from '@gatehouse/egress'
import { AppError, toAppError } from '@gatehouse/errors'
import type { Dispatcher } from 'undici'
import { Superseded } from '../../upstream/pools.ts'
import type { EndOfTurn } from './end-of-turn.ts'
import { type Head, withLength, withoutLength } from './response-headers.ts'
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
  readonly endOfTurn: EndOfTurn
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
    options.endOfTurn.request(new Relay(options, resolve))
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
  /** The server's head was read, and may pass. */
  #started = false
  #over = false
  #isStream = false
  /** As long as the client was sent nothing; and what came together with it. */
  #head: Head | undefined
  #first: Buffer[] = []
  #held: { status: number; headers: IncomingHttpHeaders; chunks: Buffer[] } | undefined
  /** Of an event stream that stays open. */
  #watch: StreamWatch | undefined
  /** Bytes so far. */
  #size = 0
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

  send(): void {
    if (this.#over) return
    try {
      this.#options.dispatcher.dispatch(this.#options.request, this)
    } catch (thrown) {
      this.#fail(thrown as Error) // undici and our pools throw nothing else
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
    this.#isStream = isEventStream(headers)
    // Nearly always the whole answer comes along with its head, and takes no timer.
    process.nextTick(awaitRest, this)
    const { passage } = this.#options
    if (!this.#isStream && passage.holds(status, headers)) {
      this.#held = { status, headers, chunks: [] }
      return
    }
    try {
      this.#head = passage.head(status, headers)
    } catch (thrown) {
      return this.#leave({ kind: 'failed', error: toAppError(thrown) }, 'the answer may not pass')
    }
    this.#started = true
  }

  onResponseData(_given: Dispatcher.DispatchController, chunk: Buffer): void {
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
    if (this.#head) this.#first.push(chunk)
    else this.#pass(chunk)
  }

  #pass(chunk: Buffer): void {
    if (this.#over) return
    this.#watch?.saw(chunk)
    const room = this.#response.write(chunk)
    if ((this.#watch?.pending() ?? this.#size) > maxAnswerBytes)
      return this.#leave({ kind: 'broken', error: tooLarge(), clean: false }, 'the answer is too large')
    if (this.#options.stop?.aborted) this.#endBetweenEvents()
    if (!room && !this.#over) this.#waitForReader()
  }

  onResponseEnd(): void {
    if (this.#over) return
    if (this.#held) {
      const { status, headers, chunks } = this.#held
      return this.#finish({ kind: 'held', status, headers, body: Buffer.concat(chunks) })
    }
    if (this.#head) this.#response.writeHead(this.#head.status, withLength(this.#head.headers, this.#size))
    this.#settle()
    this.#options.endOfTurn.answer(this)
  }

  /** The end; where the whole answer is here, it is all one write. */
  leave(): void {
    const [first] = this.#first
    const bytes = this.#first.length > 1 ? Buffer.concat(this.#first) : first
    if (bytes === undefined) this.#response.end()
    // One text with the head takes the system's simplest kind of write.
    else if (bytes.length <= maxTextBytes) this.#response.end(bytes.toString('latin1'), 'latin1')
    else this.#response.end(bytes)
    dropUnread(this.#response, this.#options.readerTimeoutMs)
    this.#resolve(complete)
  }

  onResponseError(_given: Dispatcher.DispatchController, cause: Error): void {
    this.#fail(cause)
  }

  #fail(cause: Error): void {
    if (this.#over) return
    if (cause instanceof Superseded) return this.#finish({ kind: 'superseded' })
    const error = toUpstreamError(cause)
    // Events that came are not lost.
    if (this.#isStream && this.#head && this.#first.length > 0) this.#open(this.#head)
    if (!this.#started || this.#head) return this.#finish({ kind: 'failed', error })
    this.#finish({ kind: 'broken', error, clean: this.#watch?.atBoundary() ?? false })
  }

  /** The answer goes on after what came with its head. */
  #open({ status, headers }: Head): void {
    this.#head = undefined
    // Ours may come between events: what length was announced does not hold any more.
    this.#response.writeHead(status, this.#isStream ? withoutLength(headers) : headers)
    if (this.#isStream) this.#watch = watchStream(this.#response, this.#options.keepAliveMs)
    for (const chunk of this.#first.splice(0)) this.#pass(chunk)
    if (this.#options.stop?.aborted) this.#endBetweenEvents()
  }

  #finish(ending: Ending): void {
    if (this.#over) return
    this.#settle()
    this.#resolve(ending)
  }

  #settle(): void {
    this.#over = true
    clearTimeout(this.#reader)
    clearTimeout(this.#body)
    this.#watch?.stop()
    if (this.#onStop) this.#options.stop?.removeEventListener('abort', this.#onStop)
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

  #waitForReader(): void {
    this.#controller?.pause()
    clearTimeout(this.#body)
    // It waits already: what was read before comes all the same.
    if (this.#reader) return
    this.#reader = setTimeout(() => this.#response.destroy(), this.#options.readerTimeoutMs)
    this.#response.once('drain', () => {
      if (this.#over) return
      clearTimeout(this.#reader)
      this.#reader = undefined
      if (this.#watch === undefined) this.#awaitBody()
      this.#controller?.resume()
    })
  }

  /** What there was to read with the head is read. */
  awaitRest(): void {
    if (this.#over) return
    if (this.#head) this.#open(this.#head)
    if (this.#over) return
    if (!this.#isStream) this.#awaitBody()
    else if (this.#size === 0) this.#response.flushHeaders()
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
