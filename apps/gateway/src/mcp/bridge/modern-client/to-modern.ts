// A legacy server's answer as a modern client takes it: the client's own id, a result type, hints for caches, the server's
// name, and the codes and statuses of 2026-07-28. The rest stays as it was written.

import { metaServerInfo } from '@gatehouse/protocol'
import { rawElements, rawMember, setMember } from '@gatehouse/upstream'
import { pagesOf, type Question, takesMode } from './questions.ts'

export interface ModernAnswer {
  readonly text: string
  readonly status: number
}

/** Results that say how long they may be kept. https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/caching */
const cacheable = new Set([
  'server/discover',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
])

interface Asked {
  readonly method: string
  readonly idRaw: string
}

/** @param text the server's JSON-RPC response */
export function modernAnswer(text: string, { method, idRaw }: Asked, serverInfo: unknown): ModernAnswer {
  const result = rawMember(text, 'result')
  if (result !== undefined) {
    return { text: response(idRaw, 'result', modernResult(method, result, serverInfo)), status: 200 }
  }
  const { error, status } = modernError(rawMember(text, 'error') ?? '{}')
  return { text: response(idRaw, 'error', error), status }
}

export const response = (idRaw: string, member: 'result' | 'error', value: string): string =>
  `{"jsonrpc":"2.0","id":${idRaw},"${member}":${value}}`

/** @param result JSON text; what is no object stays as it is */
export function modernResult(method: string, result: string, serverInfo: unknown): string {
  if (!result.startsWith('{')) return result
  let text = method === 'tools/list' ? withoutTaskTools(result) : result
  text = setMember(text, 'resultType', '"complete"')
  if (cacheable.has(method)) {
    if (!/^\d+$/.test(rawMember(text, 'ttlMs') ?? '')) text = setMember(text, 'ttlMs', '0')
    text = setMember(text, 'cacheScope', '"private"')
  }
  return withServerInfo(text, serverInfo)
}

export function withServerInfo(result: string, serverInfo: unknown): string {
  const meta = rawMember(result, '_meta') ?? '{}'
  if (serverInfo === undefined || !meta.startsWith('{')) return result
  return setMember(result, '_meta', setMember(meta, metaServerInfo, JSON.stringify(serverInfo)))
}

/** The result that asks: at least one question, and the state to send back with the answers. */
export function inputRequired(questions: readonly Question[], state: string, serverInfo: unknown): string {
  const requests = questions.map(({ key, request }) => `${JSON.stringify(key)}:${request}`).join(',')
  const result = `{"resultType":"input_required","inputRequests":{${requests}},"requestState":${JSON.stringify(state)}}`
  return withServerInfo(result, serverInfo)
}

/** Tools that run only as core tasks can't be called from here: they are left out. */
function withoutTaskTools(result: string): string {
  if (!result.includes('"taskSupport"')) return result
  const tools = rawElements(rawMember(result, 'tools') ?? '')
  const kept = tools.filter((tool) => {
    const execution = rawMember(tool, 'execution')
    return execution === undefined || rawMember(execution, 'taskSupport') !== '"required"'
  })
  return kept.length === tools.length ? result : setMember(result, 'tools', `[${kept.join(',')}]`)
}

/** Codes that the modern revision has replaced or given up, and the status that goes with a code. */
function modernError(error: string): { error: string; status: number } {
  const code = Number(rawMember(error, 'code'))
  if (code === -32601) return { error, status: 404 }
  if (code === -32002) return { error: setMember(error, 'code', '-32602'), status: 200 }
  if (code === -32042) return { error: setMember(needsPages(error), 'code', '-32021'), status: 400 }
  // The protocol's own codes mean nothing when an older revision says them.
  if (code <= -32020 && code >= -32099) return { error: setMember(error, 'code', '-32603'), status: 200 }
  return { error, status: 200 }
}

const needsPages = (error: string) =>
  setMember(error, 'data', '{"requiredCapabilities":{"elicitation":{"url":{}}}}')

/** The pages that a -32042 error asks for, where this client can be sent there. */
export function requiredPages(text: string, { elicitation }: Readonly<Record<string, unknown>>) {
  const error = rawMember(text, 'error')
  if (error === undefined || Number(rawMember(error, 'code')) !== -32042) return undefined
  const data = rawMember(error, 'data') ?? '{}'
  const pages = rawElements(rawMember(data, 'elicitations') ?? '')
  return pages.length > 0 && takesMode(elicitation, 'url') ? pagesOf(pages) : undefined
}
