// What the gateway asks the registry, on its internal listener. Answers are checked against the contract.

import { AppError } from '@gatehouse/errors'
import * as contract from '@gatehouse/registry-api/internal'
import type { Dispatcher, Pool } from 'undici'
import type { z } from 'zod'
import { version } from '../version.ts'

export interface RegistryClient {
  resolve(keyDigest: string, slug: string | null): Promise<contract.ResolveAnswer>
  /** @throws AppError mcp_server_not_found, credential_unreadable, upstream_auth_unavailable, registry_unreachable */
  credentials(request: z.input<typeof contract.credentialsRequest>): Promise<contract.CredentialsAnswer>
  /** Throws as credentials; upstream_auth_failed where another token would gain nothing. */
  refused(request: z.input<typeof contract.refusedRequest>): Promise<contract.CredentialsAnswer>
  /** @param body of the POST, as JSON */
  sendRecords(body: Buffer): Promise<void>
  sendCaptured(calls: readonly contract.CapturedCall[]): Promise<void>
  endSession(request: z.input<typeof contract.endSessionRequest>): Promise<void>
  /** Acknowledges the revision. @returns how long the lease is from the moment of asking; null where it is over */
  renewLease(gatewayId: string, revision: number, signal: AbortSignal): Promise<contract.RenewAnswer>
  returnLease(gatewayId: string): Promise<void>
  readNotes(request: z.input<typeof contract.readNotesRequest>): Promise<contract.NotesAnswer>
  /** False where they were changed since they were read. */
  changeNotes(request: z.input<typeof contract.changeNotesRequest>): Promise<boolean>
  /** @throws AppError mcp_server_not_found where the server is not what the gateway knows; registry_unreachable */
  openSession(request: z.input<typeof contract.openSessionRequest>): Promise<contract.OpenSessionAnswer>
  /** False where another gateway has taken the place. */
  putSession(request: z.input<typeof contract.putSessionRequest>): Promise<boolean>
  forgetSession(request: z.input<typeof contract.forgetSessionRequest>): Promise<void>
  collectSessions(
    request: z.input<typeof contract.collectSessionsRequest>,
  ): Promise<contract.CollectedSessions>
  /** The change stream's bytes; ends or throws when it breaks. `address` is where other gateways reach this one. */
  changes(gatewayId: string, address: string | undefined, signal: AbortSignal): Promise<AsyncIterable<Buffer>>
  /** The connected gateways that can be reached by others. */
  peers(): Promise<readonly contract.Peer[]>
  close(): Promise<void>
}

/** @param pool to the registry's internal listener @param token one of its gateway tokens */
export function createRegistryClient(pool: Pool, token: string): RegistryClient {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }

  const send = async (
    method: Dispatcher.HttpMethod,
    path: string,
    options: { body?: unknown; signal?: AbortSignal } = {},
  ) => {
    try {
      return await pool.request({
        method,
        path,
        headers,
        body:
          options.body === undefined || Buffer.isBuffer(options.body)
            ? (options.body ?? null)
            : JSON.stringify(options.body),
        signal: options.signal ?? null,
        headersTimeout: 25_000,
        bodyTimeout: method === 'GET' ? 20_000 : 25_000,
      })
    } catch (cause) {
      throw new AppError('registry_unreachable', { cause, retryAfterS: 2 })
    }
  }

  const ask = async (
    method: 'GET' | 'POST',
    path: string,
    options: { body?: unknown; signal?: AbortSignal } = {},
  ): Promise<unknown> => {
    const answer = await send(method, path, options)
    const text = await answer.body.text().catch((cause: unknown) => {
      throw new AppError('registry_unreachable', { cause, retryAfterS: 2 })
    })
    if (answer.statusCode < 300) return text === '' ? undefined : JSON.parse(text)
    throw toError(path, answer.statusCode, text, Number(answer.headers['retry-after']))
  }
  const post = (path: string, body: unknown) => ask('POST', path, { body })

  return {
    resolve: async (keyDigest, slug) =>
      contract.resolveAnswer.parse(await post('/internal/resolve', { key_digest: keyDigest, slug })),
    credentials: async (request) =>
      contract.credentialsAnswer.parse(await post('/internal/credentials', request)),
    refused: async (request) =>
      contract.credentialsAnswer.parse(await post('/internal/credentials/refused', request)),
    sendRecords: async (body) => void (await post('/internal/call-records', body)),
    sendCaptured: async (calls) => void (await post('/internal/captured-calls', { calls })),
    endSession: async (request) => void (await post('/internal/ended-sessions', request)),
    async renewLease(gatewayId, revision, signal) {
      const body = { gateway_id: gatewayId, revision }
      return contract.renewAnswer.parse(await ask('POST', '/internal/lease/renew', { body, signal }))
    },
    returnLease: async (gatewayId) => void (await post('/internal/lease/return', { gateway_id: gatewayId })),
    readNotes: async (request) =>
      contract.notesAnswer.parse(await post('/internal/session-notes/read', request)),
    changeNotes: async (request) =>
      contract.changeNotesAnswer.parse(await post('/internal/session-notes/change', request)).kept,
    openSession: async (request) =>
      contract.openSessionAnswer.parse(await post('/internal/upstream-sessions/open', request)),
    putSession: async (request) =>
      contract.putSessionAnswer.parse(await post('/internal/upstream-sessions/put', request)).kept,
    forgetSession: async (request) => void (await post('/internal/upstream-sessions/forget', request)),
    collectSessions: async (request) =>
      contract.collectedSessions.parse(await post('/internal/upstream-sessions/collect', request)),
    async changes(gatewayId, address, signal) {
      const at = address === undefined ? '' : `&address=${encodeURIComponent(address)}`
      const answer = await send('GET', `/internal/changes?gateway_id=${gatewayId}&version=${version}${at}`, {
        signal,
      })
      if (answer.statusCode === 200) return answer.body
      throw toError('/internal/changes', answer.statusCode, await answer.body.text())
    },
    peers: async () => contract.peersAnswer.parse(await ask('GET', '/internal/peers')),
    close: () => pool.destroy(),
  }
}

function toError(path: string, status: number, text: string, retryAfterS = Number.NaN): AppError {
  const cause = new Error(`${path} answered ${status}: ${text.slice(0, 500)}`)
  if (status === 404) return new AppError('mcp_server_not_found', { cause })
  if (status === 400 || status === 413) return new AppError('invalid_request_body', { cause })
  if (text.includes('"credential_unreadable"')) return new AppError('credential_unreadable', { cause })
  if (text.includes('"upstream_auth_unavailable"'))
    return new AppError('upstream_auth_unavailable', { cause, retryAfterS: retryAfterS || 5 })
  if (text.includes('"upstream_auth_failed"')) return new AppError('upstream_auth_failed', { cause })
  return new AppError('registry_unreachable', { cause, retryAfterS: 2 })
}
