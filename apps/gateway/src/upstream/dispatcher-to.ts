// The way to a server with one credential. Where that is somebody's account, a token that the server refuses is renewed and the
// request sent once more: a 401 proves that nothing ran. Next: pools.ts.

import type { IncomingHttpHeaders } from 'node:http'
import { AppError, type AppErrorOptions } from '@gatehouse/errors'
import type { CredentialsAnswer, UsedConnection } from '@gatehouse/registry-api/internal'
import type { Dispatcher } from 'undici'
import {
  type CallerRef,
  type Knowledge,
  type Server,
  ServerChanged,
  type ServerRef,
} from '../registry/knowledge.ts'
import { type Pools, Superseded } from './pools.ts'

/** The server took the account and said no to what was asked with it: with more rights it might not. */
export class AccountRefused extends AppError {
  /** Whose, and where. */
  readonly account: string
  /** Of the connection. */
  readonly generation: string
  constructor(account: string, generation: string, options: AppErrorOptions) {
    super('connection_required', options)
    this.account = account
    this.generation = generation
  }
}

export const accountOf = (caller: CallerRef, server: ServerRef): string =>
  `${caller.workspace_id} ${server.id} ${caller.user_id}`

interface Parts {
  readonly pools: Pick<Pools, 'take'>
  readonly knowledge: Pick<Knowledge, 'refused'>
}

/**
 * For requests whose headers end with those of the credential. Where an account's server answers 401 (again) or 403, they fail
 * with connection_required; with upstream_auth_failed where the account is a service's.
 * @throws as Pools.take
 */
export function dispatcherTo(
  parts: Parts,
  caller: CallerRef,
  server: ServerRef & Pick<Server, 'url'>,
  credential: CredentialsAnswer,
): Dispatcher {
  const { connection } = credential
  if (connection === null) return parts.pools.take(caller.workspace_id, server, credential.generation)
  const send = (used: UsedConnection, mayBeStale: boolean) =>
    parts.pools.take(caller.workspace_id, server, used.generation, {
      ownerId: caller.user_id ?? null,
      mayBeStale,
    })
  /** Only who acts can help: the person; an operator, where it is a service's. @param scope that the server asks for */
  const hopeless: Hopeless = (what, { retryAfterS, scope, isForbidden = false } = {}) => {
    const url = scope === undefined ? connection.url : withScope(connection.url, scope)
    const options = { what, data: { url }, ...(retryAfterS !== undefined && { retryAfterS }) }
    if (caller.user_id == null) return new AppError('upstream_auth_failed', options)
    if (isForbidden) return new AccountRefused(accountOf(caller, server), connection.generation, options)
    return new AppError('connection_required', options)
  }
  return send(connection, true).compose((dispatch) => (options, handler) => {
    const again = async (): Promise<void> => {
      const renewed = await parts.knowledge.refused(caller, server, connection).catch((thrown: unknown) => {
        // It was renewed just now, and the server does not take that either.
        const isFutile = thrown instanceof AppError && thrown.code === 'upstream_auth_failed' && !thrown.data
        throw isFutile ? hopeless(refusesAccount) : thrown
      })
      if (renewed.connection === null) throw new ServerChanged(server.slug)
      const headers = withCredential(options.headers as string[], credential, renewed) // all of ours are such lists
      send(renewed.connection, false).dispatch({ ...options, headers }, new AccountHandler(handler, hopeless))
    }
    return dispatch(options, new AccountHandler(handler, hopeless, again))
  })
}

/** The old ones stand last. */
const withCredential = (headers: readonly string[], old: CredentialsAnswer, renewed: CredentialsAnswer) => [
  ...headers.slice(0, headers.length - 2 * old.headers.length),
  ...renewed.headers.flat(),
]

type Hopeless = (
  what: string,
  more?: {
    readonly retryAfterS?: number | undefined
    readonly scope?: string | undefined
    readonly isForbidden?: boolean
  },
) => AppError

const refusesAccount = 'the server refuses your account'

/** What a challenge asks for. https://www.rfc-editor.org/rfc/rfc6750#section-3 */
function scopeOf(challenge: string | string[] | undefined): string | undefined {
  const scope = /\bscope="([\x20\x21\x23-\x5b\x5d-\x7e]{1,1000})"/i.exec(String(challenge ?? ''))?.[1]
  return scope?.trim() || undefined
}

const withScope = (page: string, scope: string) =>
  `${page}${page.includes('?') ? '&' : '?'}scope=${encodeURIComponent(scope)}`

/** Keeps refusals of an account back from whoever waits for the answer. */
class AccountHandler implements Dispatcher.DispatchHandler {
  readonly #next: Dispatcher.DispatchHandler
  readonly #hopeless: Hopeless
  readonly #again: (() => Promise<void>) | undefined
  #refused = false

  /** @param again sends the request with another token, once */
  constructor(next: Dispatcher.DispatchHandler, hopeless: Hopeless, again?: () => Promise<void>) {
    this.#next = next
    this.#hopeless = hopeless
    this.#again = again
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#next.onRequestStart?.(controller, context)
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
    text?: string,
  ): void {
    if (status !== 401 && status !== 403)
      return this.#next.onResponseStart?.(controller, status, headers, text)
    this.#refused = true
    if (status === 401 && this.#again !== undefined) {
      this.#again().catch((thrown: unknown) => this.#fail(controller, toFailure(thrown)))
    } else {
      const scope = scopeOf(headers['www-authenticate'])
      const isForbidden = status === 403
      const what = isForbidden ? 'this account may not do that at the server' : refusesAccount
      this.#fail(controller, this.#hopeless(what, { scope, isForbidden }))
    }
    controller.abort(new Error('the token was refused'))
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#refused) this.#next.onResponseData?.(controller, chunk)
  }

  onResponseEnd(controller: Dispatcher.DispatchController, trailers: IncomingHttpHeaders): void {
    if (!this.#refused) this.#next.onResponseEnd?.(controller, trailers)
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#refused) return
    const isCircuit = error instanceof AppError && error.code === 'upstream_auth_failed'
    if (!isCircuit) return this.#fail(controller, error)
    this.#fail(controller, this.#hopeless(refusesAccount, { retryAfterS: error.retryAfterS }))
  }

  #fail(controller: Dispatcher.DispatchController, error: Error): void {
    this.#next.onResponseError?.(controller, error)
  }
}

/** Nothing ran: where server or account were replaced, everything may be looked up again. */
function toFailure(thrown: unknown): Error {
  if (thrown instanceof ServerChanged) return new Superseded('the account was replaced')
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
