// One cheap call to a server through the gateway, as any client makes it: its list of tools. Every answer of the server's own
// counts as one, but for an error where the list should be.

import type { Egress } from '@gatehouse/egress'
import {
  metaClientCapabilities,
  metaClientInfo,
  metaVersion,
  methodHeader,
  modernRevisions,
  protocolVersionHeader,
} from '@gatehouse/protocol'
import type { Deps } from '../deps.ts'
import type { HealthKeys } from './health-key.ts'
import { type Reason, type Seen, stateOf } from './seen.ts'

/** More of an answer is let go unread: what is so long is no error. */
const maxChars = 256 * 1024

const [revision] = modernRevisions
const body = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/list',
  params: {
    _meta: {
      [metaVersion]: revision,
      [metaClientInfo]: { name: 'gatehouse-health', version: '1' },
      [metaClientCapabilities]: {},
    },
  },
})

export type CallServer = (
  server: { readonly workspaceId: string; readonly slug: string },
  withinMs: number,
  stop?: AbortSignal,
) => Promise<Seen>

/** @param gateway a client to GATEWAY_URL */
export function createCallServer(
  deps: Pick<Deps, 'config'>,
  gateway: ReturnType<Egress['internalClient']>,
  keys: HealthKeys,
): CallServer {
  const base = new URL(deps.config.GATEWAY_URL).pathname.replace(/\/$/, '')
  const { host } = new URL(deps.config.GATEWAY_PUBLIC_URL)
  const ask = async (workspaceId: string, slug: string, signal: AbortSignal) => {
    const answer = await gateway.request({
      path: `${base}/mcp/${slug}`,
      method: 'POST',
      headers: {
        host,
        authorization: `Bearer ${await keys.tokenOf(workspaceId)}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        [protocolVersionHeader]: revision,
        [methodHeader]: 'tools/list',
      },
      body,
      signal,
    })
    return { status: answer.statusCode, text: await readSome(answer.body) }
  }
  return async ({ workspaceId, slug }, withinMs, stop) => {
    const startedAt = performance.now()
    const late = AbortSignal.timeout(withinMs)
    const signal = stop ? AbortSignal.any([late, stop]) : late
    const seen = (state: Seen['state'], reason: Reason | null): Seen => ({
      state,
      reason,
      measured: 'check',
      durationMs: performance.now() - startedAt,
    })
    try {
      const { status, text } = await ask(workspaceId, slug, signal)
      if (status === 401) keys.drop(workspaceId)
      const reason = reasonOf(status, text)
      if (reason === null) return seen('healthy', null)
      return ours.has(reason.code) ? seen('unknown', reason) : seen(stateOf(reason.code), reason)
    } catch (error) {
      if (stop?.aborted) throw error
      if (late.aborted) {
        const detail = `Check that the MCP server runs: it did not answer within ${withinMs / 1_000} s`
        return seen('failing', { code: 'upstream_timeout', httpStatus: null, detail })
      }
      const detail = 'Check that the gateway runs and that GATEWAY_URL is right: it could not be asked'
      return seen('unknown', { code: 'gateway_unreachable', httpStatus: null, detail })
    }
  }
}

/** Refusals that say nothing about the server. */
const ours = new Set([
  ...['registry_unreachable', 'overloaded', 'rate_limited', 'denied', 'misdirected_request'],
  ...['mcp_server_not_found', 'internal_error', 'Unauthorized', 'Forbidden', 'loop_detected'],
])

interface Rpc {
  readonly result?: unknown
  readonly error?:
    | { readonly code?: unknown; readonly message?: unknown; readonly data?: { readonly code?: unknown } }
    | string
}

/** null where the server answered as one that works. A server without tools says -32601, and works. */
function reasonOf(status: number, text: string): Reason | null {
  const rpc = readRpc(text)
  const { error } = rpc ?? {}
  if (typeof error === 'string')
    return { code: error, httpStatus: status, detail: `The gateway answered ${error}` }
  if (error !== undefined) {
    const message = String(error.message).slice(0, 500)
    if (typeof error.data?.code === 'string' && status >= 400)
      return { code: error.data.code, httpStatus: status, detail: message }
    if (error.code === -32601) return null
    return {
      code: 'upstream_error',
      httpStatus: status,
      detail: `Ask the operator of the MCP server: it answers tools/list with error ${error.code} (${message})`,
    }
  }
  if (status < 300) return null
  const detail = `Check that the URL is an MCP endpoint: it answers tools/list with HTTP status ${status}`
  return { code: 'upstream_invalid', httpStatus: status, detail }
}

/** The message of a JSON body, or the last one of an event stream; undefined where there is none, or it is too long to be an error. */
function readRpc(text: string): Rpc | undefined {
  const events = text.startsWith('{')
    ? [text]
    : [...text.matchAll(/^data: ?(.*)$/gm)].map(([, data = '']) => data)
  try {
    const value: unknown = JSON.parse(events.at(-1) ?? '')
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

/** Read to its end, as the call ends there; kept up to a bound. */
async function readSome(answer: AsyncIterable<Buffer>): Promise<string> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of answer)
    if (text.length < maxChars) text += decoder.decode(chunk, { stream: true })
  return text.trimStart()
}
