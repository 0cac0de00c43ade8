// The lists of an upstream (tools, prompts, resources, templates), every page, each entry exactly as the upstream wrote it.

import { AppError } from '@gatehouse/errors'
import type { Era } from '@gatehouse/protocol'
import { type ConnectOptions, connectUpstream, type Limits, type ListMethod } from './connect.ts'
import { expectResult } from './era.ts'
import { isObject, type Reply } from './exchange.ts'
import { deeperThan, rawElements, rawMember } from './raw-json.ts'

export interface FetchedList {
  /** The upstream's own entries as JSON texts, byte-faithful. */
  readonly entries: readonly string[]
  /** How long the upstream says that its list stays fresh; null where it says nothing. */
  readonly ttlMs: number | null
}

export interface FetchedTools {
  /** A JSON array of the upstream's own entries, byte-faithful. */
  readonly toolsJson: string
  readonly count: number
  readonly ttlMs: number | null
  readonly era: Era
}

/** The member that holds the entries, what each entry must have as a string, and the capability that a server declares for it. */
export const listKinds = {
  'tools/list': { member: 'tools', key: 'name', capability: 'tools' },
  'prompts/list': { member: 'prompts', key: 'name', capability: 'prompts' },
  'resources/list': { member: 'resources', key: 'uri', capability: 'resources' },
  'resources/templates/list': { member: 'resourceTemplates', key: 'uriTemplate', capability: 'resources' },
} as const satisfies Record<ListMethod, { member: string; key: string; capability: string }>

/** Throws as connectUpstream. A server without tools gives an empty list. */
export async function fetchTools(options: ConnectOptions): Promise<FetchedTools> {
  const connection = await connectUpstream(options)
  try {
    const { entries, ttlMs } = await readList('tools/list', connection.request, options.limits)
    return { toolsJson: `[${entries.join(',')}]`, count: entries.length, ttlMs, era: connection.era }
  } finally {
    await connection.close()
  }
}

/**
 * Reads page after page. A server that doesn't know the method has an empty list.
 * @throws AppError upstream_*, and what `ask` throws
 */
export async function readList(
  method: ListMethod,
  ask: (method: ListMethod, params: Readonly<Record<string, unknown>>) => Promise<Reply>,
  { maxTools: maxEntries = 100_000, maxBytes = 16 * 1024 * 1024 }: Limits = {},
): Promise<FetchedList> {
  const entries: string[] = []
  const cursors = new Set<string>()
  let size = 0
  let ttlMs: number | null = null
  let cursor: string | undefined
  do {
    const page = readPage(method, await ask(method, cursor === undefined ? {} : { cursor }))
    for (const entry of page.entries) {
      size += Buffer.byteLength(entry) + 1
      if (entries.push(entry) > maxEntries)
        throw invalid(`it answered ${method} with more than ${maxEntries} entries`)
      if (size > maxBytes) throw invalid(`its answer to ${method} is larger than ${maxBytes} bytes`)
    }
    if (page.ttlMs !== null) ttlMs = Math.min(ttlMs ?? page.ttlMs, page.ttlMs)
    cursor = page.nextCursor
    if (cursor !== undefined && cursors.has(cursor)) throw invalid('its pages go round in a circle')
    if (cursor !== undefined) cursors.add(cursor)
    if (cursors.size > 10_000) throw invalid(`its answer to ${method} has more than 10,000 pages`)
  } while (cursor !== undefined)
  return { entries, ttlMs }
}

function readPage(method: ListMethod, reply: Reply) {
  if (reply.response?.error?.code === -32601) return { entries: [], ttlMs: null, nextCursor: undefined }
  const { member } = listKinds[method]
  const result = expectResult(reply, method)
  const { nextCursor, ttlMs } = result
  const items = result[member]
  if (!Array.isArray(items)) throw invalid(`it answered ${method} without ${member}`)
  if (!items.every((item) => isEntry(method, item)))
    throw invalid(`one of its entries in ${method} lacks what it needs`)
  const text = reply.response?.text ?? ''
  if (deeperThan(text, 128)) throw invalid(`its answer to ${method} is nested too deeply`)
  return {
    entries: rawElements(rawMember(rawMember(text, 'result') ?? '', member) ?? ''),
    ttlMs: typeof ttlMs === 'number' && ttlMs >= 0 ? Math.floor(ttlMs) : null,
    nextCursor: typeof nextCursor === 'string' ? nextCursor : undefined,
  }
}

const isEntry = (method: ListMethod, item: unknown) =>
  isObject(item) &&
  typeof item[listKinds[method].key] === 'string' &&
  (method !== 'tools/list' || isObject(item.inputSchema))

const invalid = (what: string) => new AppError('upstream_invalid', { what })
