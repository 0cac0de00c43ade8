// The tools of an upstream, every page, each entry exactly as the upstream wrote it.

import { AppError } from '@gatehouse/errors'
import type { Era } from '@gatehouse/protocol'
import { type ConnectOptions, connectUpstream, type UpstreamConnection } from './connect.ts'
import { expectResult } from './era.ts'
import { isObject, type Reply } from './exchange.ts'
import { deeperThan, rawElements, rawMember } from './raw-json.ts'

export interface FetchedTools {
  /** A JSON array of the upstream's own entries, byte-faithful. */
  readonly toolsJson: string
  readonly count: number
  /** How long the upstream says that its list stays fresh; null where it says nothing. */
  readonly ttlMs: number | null
  readonly era: Era
}

/** Throws as connectUpstream. A server without tools gives an empty list. */
export async function fetchTools(options: ConnectOptions): Promise<FetchedTools> {
  const connection = await connectUpstream(options)
  try {
    const { maxTools = 100_000, maxBytes = 16 * 1024 * 1024 } = options.limits ?? {}
    return { ...(await readPages(connection, maxTools, maxBytes)), era: connection.era }
  } finally {
    await connection.close()
  }
}

async function readPages(connection: UpstreamConnection, maxTools: number, maxBytes: number) {
  const entries: string[] = []
  const cursors = new Set<string>()
  let size = 0
  let ttlMs: number | null = null
  let cursor: string | undefined
  do {
    const page = readPage(await connection.request('tools/list', cursor === undefined ? {} : { cursor }))
    for (const entry of page.entries) {
      size += Buffer.byteLength(entry) + 1
      if (entries.push(entry) > maxTools) throw invalid(`it has more than ${maxTools} tools`)
      if (size > maxBytes) throw invalid(`its list of tools is larger than ${maxBytes} bytes`)
    }
    if (page.ttlMs !== null) ttlMs = Math.min(ttlMs ?? page.ttlMs, page.ttlMs)
    cursor = page.nextCursor
    if (cursor !== undefined && cursors.has(cursor)) throw invalid('its pages go round in a circle')
    if (cursor !== undefined) cursors.add(cursor)
    if (cursors.size > 10_000) throw invalid('its list of tools has more than 10,000 pages')
  } while (cursor !== undefined)
  return { toolsJson: `[${entries.join(',')}]`, count: entries.length, ttlMs }
}

function readPage(reply: Reply) {
  if (reply.response?.error?.code === -32601) return { entries: [], ttlMs: null, nextCursor: undefined }
  const { tools, nextCursor, ttlMs } = expectResult(reply, 'tools/list')
  if (!Array.isArray(tools)) throw invalid('it answered tools/list without tools')
  if (!tools.every((tool) => isObject(tool) && typeof tool.name === 'string' && isObject(tool.inputSchema))) {
    throw invalid('one of its tools has no name or no input schema')
  }
  const text = reply.response?.text ?? ''
  if (deeperThan(text, 128)) throw invalid('its list of tools is nested too deeply')
  return {
    entries: rawElements(rawMember(rawMember(text, 'result') ?? '', 'tools') ?? ''),
    ttlMs: typeof ttlMs === 'number' && ttlMs >= 0 ? Math.floor(ttlMs) : null,
    nextCursor: typeof nextCursor === 'string' ? nextCursor : undefined,
  }
}

const invalid = (what: string) => new AppError('upstream_invalid', { what })
