// Which era an upstream speaks, by evidence (gateway.md, "Bridges"): server/discover first, then initialize.

import { AppError } from '@gatehouse/errors'
import {
  type Era,
  legacyRevisions,
  metaClientCapabilities,
  metaClientInfo,
  metaVersion,
  methodHeader,
  modernRevisions,
  protocolVersionHeader,
  sessionHeader,
} from '@gatehouse/protocol'
import { endSession, exchange, isObject, type Reply, type RpcResponse, type Wire } from './exchange.ts'

export const modernVersion = modernRevisions[0]
const legacyVersions: readonly string[] = legacyRevisions

const clientInfo = { name: 'gatehouse', version: '0.1.0' }

/** What a modern request carries in `params._meta`. */
export const modernMeta = {
  [metaVersion]: modernVersion,
  [metaClientInfo]: clientInfo,
  [metaClientCapabilities]: {},
}

/** The headers that go with a modern request. */
export const modernHeaders = (method: string) => ({
  [protocolVersionHeader]: modernVersion,
  [methodHeader]: method,
})

/** `modern` and `legacy` are evidence; undefined is none (5xx, 429, a time-out, something that is no MCP). */
export async function discover(wire: Wire, signal: AbortSignal): Promise<Era | undefined> {
  const method = 'server/discover'
  const message = { method, id: 0, params: { _meta: modernMeta } }
  return evidence(await exchange(wire, message, modernHeaders(method), signal))
}

export function evidence({ status, response }: Reply): Era | undefined {
  if (response?.result) return shared(response.result.supportedVersions) ? 'modern' : undefined
  if (response?.error) return errorEvidence(response.error)
  const silent = [407, 408, 425, 429]
  return status >= 400 && status < 500 && !silent.includes(status) ? 'legacy' : undefined
}

function errorEvidence({ code, data }: NonNullable<RpcResponse['error']>): Era {
  if (code === -32020 || code === -32021) return 'modern'
  return code === -32022 && isObject(data) && shared(data.supported) ? 'modern' : 'legacy'
}

const shared = (versions: unknown) => Array.isArray(versions) && versions.includes(modernVersion)

export interface LegacySession {
  readonly protocolVersion: string
  readonly sessionId: string | undefined
}

/** What a server said of itself in the handshake. */
export interface Handshake extends LegacySession {
  readonly capabilities: unknown
  readonly serverInfo: unknown
  readonly instructions: string | undefined
}

/** In whose name a handshake is made, and which revision they ask for. */
export interface HandshakeClient {
  readonly protocolVersion: string
  readonly clientInfo: unknown
}

const ourselves: HandshakeClient = { protocolVersion: legacyRevisions[0], clientInfo }

/**
 * The legacy handshake.
 * @param capabilities that are declared
 * @param client ourselves, unless told
 * @throws AppError era_mismatch where the upstream is modern only; upstream_invalid where it doesn't take part
 */
export async function initialize(
  wire: Wire,
  signal: AbortSignal,
  capabilities: Readonly<Record<string, unknown>> = {},
  { protocolVersion: asked, clientInfo: by }: HandshakeClient = ourselves,
): Promise<Handshake> {
  const params = { protocolVersion: asked, capabilities, clientInfo: by ?? clientInfo }
  const reply = await exchange(wire, { method: 'initialize', id: 0, params }, {}, signal)
  if (reply.response?.error && evidence(reply) === 'modern') throw new AppError('era_mismatch')
  const result = expectResult(reply, 'initialize')
  const protocolVersion = result.protocolVersion
  if (typeof protocolVersion !== 'string' || !legacyVersions.includes(protocolVersion)) {
    throw new AppError('upstream_invalid', { what: 'it speaks a protocol version that is unknown here' })
  }
  const session = { protocolVersion, sessionId: reply.sessionId }
  try {
    await exchange(wire, { method: 'notifications/initialized' }, legacyHeaders(session), signal)
  } catch (thrown) {
    if (session.sessionId !== undefined) await endSession(wire, legacyHeaders(session)) // nobody else knows of it
    throw thrown
  }
  const { instructions, serverInfo } = result
  return {
    ...session,
    capabilities: result.capabilities,
    serverInfo,
    instructions: typeof instructions === 'string' ? instructions : undefined,
  }
}

/** The headers that go with every legacy request after the handshake. */
export function legacyHeaders(session: LegacySession): Record<string, string> {
  const id = session.sessionId
  return {
    [protocolVersionHeader]: session.protocolVersion,
    ...(id === undefined ? {} : { [sessionHeader]: id }),
  }
}

/** The result, or what is wrong instead. Texts of the upstream stay out: they may repeat what it was sent. */
export function expectResult({ status, response }: Reply, method: string): Readonly<Record<string, unknown>> {
  if (response?.result) return response.result
  if (response?.error) {
    throw new AppError('upstream_invalid', {
      what: `it answered ${method} with error ${response.error.code}`,
    })
  }
  if (status === 429)
    throw new AppError('upstream_unreachable', { what: 'it refuses more requests for now (429)' })
  if (status >= 500) throw new AppError('upstream_unreachable', { what: `it answered with status ${status}` })
  const what = status < 300 ? 'with something else than an MCP message' : `with status ${status}`
  throw new AppError('upstream_invalid', { what: `it answered ${method} ${what}` })
}
