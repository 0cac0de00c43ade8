// What lives as long as one request to /mcp/: filled in order by route.ts, passed on, written down at the end.

import type { ServerResponse } from 'node:http'
import type { Envelope, Era } from '@gatehouse/protocol'
import type { ResolvedCaller, ResolvedServer } from '@gatehouse/registry-api/internal'
import type { Capture } from './capture/captures.ts'
import type { McpRequest } from './mcp-request.ts'

/** The outcome of a call as the record names it. */
export type Outcome =
  | 'ok'
  | 'tool_error'
  | 'protocol_error'
  | 'input_required'
  | 'refused'
  | 'upstream_error'
  | 'cancelled'
  | 'unknown'

/** A request whose caller is known. */
export interface Call {
  readonly requestId: string
  /** Monotonic and wall-clock start, in ms. */
  readonly startedAt: number
  readonly startedAtMs: number
  /** Until the caller was known, in ms. */
  readonly authenticateMs: number
  readonly request: McpRequest
  readonly response: ServerResponse
  readonly caller: ResolvedCaller
  readonly path: 'transparent' | 'aggregate'
}

/** A call to one server, its body read and understood. */
export interface Message {
  readonly body: Buffer
  readonly envelope: Envelope
  readonly era: Era
  /** The server's own name for what the body names, where clients know it by another: goes into Mcp-Name. */
  readonly upstreamName?: string
  /** What the client itself sent, where `body` was rewritten: another replica starts from that. */
  readonly clientBody?: Buffer
}

/** What the record needs to know of how it went; grows while the answer streams. */
export interface Trace {
  server: ResolvedServer | undefined
  method: string
  tool: string | undefined
  era: Era
  outcome: Outcome
  errorCode: string | undefined
  requestBytes: number
  responseBytes: number
  upstreamStartedAt: number | undefined
  upstreamMs: number | undefined
  /** When it was decided that they may, and when the credential was there; monotonic, in ms. */
  decidedAt: number | undefined
  credentialAt: number | undefined
  attachedHeaders: readonly string[]
  /** Where the server is in capture mode. */
  capture: Capture | undefined
  /** The replica that answered it writes it down. */
  handedOver?: true
}
