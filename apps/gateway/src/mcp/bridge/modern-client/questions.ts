// What a legacy server asks during a call, and how a modern client sees it: one entry of `inputRequests` each.

import { rawMember, rawMembers, setMember, withoutMember } from '@gatehouse/upstream'
import { isObject, objectOr } from './capabilities.ts'

export interface Question {
  /** In `inputRequests` and `inputResponses`; unique within the call. */
  readonly key: string
  /** The server's JSON-RPC id as it was written. */
  readonly idRaw: string
  /** The entry of `inputRequests`, as JSON text. */
  readonly request: string
}

/** What a server is told that asks for something it can't have. */
export interface Refusal {
  readonly code: number
  readonly message: string
}

/** The modern requests that may be answered with a question. 2026-07-28, Multi Round-Trip Requests, "Supported Requests" */
const mayAsk = new Set(['tools/call', 'prompts/get', 'resources/read'])

export const mayBeAsked = (method: string): boolean => mayAsk.has(method)

/**
 * Whether this client can be asked this.
 * https://modelcontextprotocol.io/specification/2025-11-25/client/elicitation#error-handling
 * @param capabilities of the client
 * @param during the method of the client's own request
 */
export function refusalOf(
  method: string,
  params: unknown,
  capabilities: Readonly<Record<string, unknown>>,
  during: string,
): Refusal | undefined {
  const unknown = { code: -32601, message: `Method not found: the client can not be asked ${method}` }
  if (!mayBeAsked(during)) return unknown
  if (method === 'roots/list') return isObject(capabilities.roots) ? undefined : unknown
  if (method === 'sampling/createMessage') return refusesSampling(objectOr(params), capabilities, unknown)
  if (method === 'elicitation/create') return refusesElicitation(objectOr(params), capabilities, unknown)
  return unknown
}

function refusesSampling(
  { tools, toolChoice }: Readonly<Record<string, unknown>>,
  { sampling }: Readonly<Record<string, unknown>>,
  unknown: Refusal,
): Refusal | undefined {
  if (!isObject(sampling)) return unknown
  if ((tools === undefined && toolChoice === undefined) || isObject(sampling.tools)) return undefined
  return { code: -32602, message: 'Invalid params: the client does not declare sampling.tools' }
}

function refusesElicitation(
  { mode = 'form' }: Readonly<Record<string, unknown>>,
  { elicitation }: Readonly<Record<string, unknown>>,
  unknown: Refusal,
): Refusal | undefined {
  if (!isObject(elicitation)) return unknown
  if (takesMode(elicitation, String(mode))) return undefined
  return { code: -32602, message: `Invalid params: the client does not declare the mode ${String(mode)}` }
}

/** An empty object means forms. */
export function takesMode(elicitation: unknown, mode: string): boolean {
  if (!isObject(elicitation)) return false
  if (mode === 'form') return isObject(elicitation.form) || !('url' in elicitation)
  return mode === 'url' && isObject(elicitation.url)
}

/** @param text the server's JSON-RPC request */
export function questionOf(text: string, method: string, key: string): Question {
  return {
    key,
    idRaw: rawMember(text, 'id') ?? 'null',
    request: inputRequest(method, rawMember(text, 'params')),
  }
}

/** The pages of a -32042 error, each as a question; undefined where it names none. */
export function pagesOf(elicitations: readonly string[]): readonly Question[] {
  return elicitations.map((page, index) => ({
    key: `page-${index + 1}`,
    idRaw: 'null',
    request: inputRequest('elicitation/create', page),
  }))
}

/** Without what the modern revision has dropped: `elicitationId`, tasks, and progress of the question itself. */
function inputRequest(method: string, params: string | undefined): string {
  if (params === undefined) return `{"method":${JSON.stringify(method)}}`
  let text = withoutMember(params, 'task')
  if (method === 'elicitation/create') text = withoutMember(text, 'elicitationId')
  const meta = withoutMember(rawMember(text, '_meta') ?? '{}', 'progressToken')
  text = rawMembers(meta).length > 0 ? setMember(text, '_meta', meta) : withoutMember(text, '_meta')
  const named = `{"method":${JSON.stringify(method)}`
  return text === '{}' ? `${named}}` : `${named},"params":${text}}`
}
