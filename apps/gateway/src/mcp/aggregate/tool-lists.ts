// What tools each server has, as the aggregate endpoint offers them: fetched once for all who ask, kept while fresh, and as the
// last good answer after that. list-tools.ts merges them, call-tool.ts finds names in them.

import type { Egress } from '@gatehouse/egress'
import { AppError, toAppError } from '@gatehouse/errors'
import { type Era, exposedName } from '@gatehouse/protocol'
import type { CredentialsAnswer, ResolvedCaller, ResolvedServer } from '@gatehouse/registry-api/internal'
import { fetchTools, rawElements, rawMember, replaceMember } from '@gatehouse/upstream'
import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import { Counter, type Registry } from 'prom-client'
import type { Knowledge } from '../../registry/knowledge.ts'
import { hasInvalidAnnotations } from '../param-headers.ts'

/** The tools of one server. */
export interface ServerTools {
  /** JSON texts, the upstream's own but for their names. */
  readonly entries: readonly string[]
  /** Exposed name to the tool's own. */
  readonly names: ReadonlyMap<string, string>
  /** The tool's own name to its input schema, as JSON text. */
  readonly schemas: ReadonlyMap<string, string>
  /** An era that the server speaks, the modern one where it speaks both. */
  readonly era: Era
  /** Monotonic, in ms. */
  readonly fetchedAt: number
  readonly freshUntil: number
}

export interface ToolLists {
  /**
   * Waits no longer than the time-out of lists; where there is an older answer, a second; where the server failed last
   * time, not at all.
   * @param after monotonic ms: an answer fetched before that is fetched again
   * @throws AppError of the upstream's failure where there never was a good answer; as Knowledge.credentials
   */
  get(caller: ResolvedCaller, server: ResolvedServer, after?: number): Promise<ServerTools>
  /** The input schema of a tool, under its own name, as JSON text; undefined where there is no such tool. Throws as get. */
  schemaOf(
    caller: ResolvedCaller,
    server: ResolvedServer,
    name: string,
    after?: number,
  ): Promise<string | undefined>
}

interface Failure {
  readonly error: AppError
  readonly at: number
}

interface Parts {
  readonly egress: Egress
  readonly knowledge: Knowledge
  readonly log: Logger
  readonly metrics: Registry
  /** For one server's first answer, in ms. */
  readonly timeoutMs: number
}

const hourMs = 3_600_000
const usualTtlMs = 5 * 60_000
const staleWaitMs = 1_000
/** A server that failed is not asked again for so long. */
const retryMs = 10_000
const maxBytes = 256 * 1024 * 1024

export function createToolLists(parts: Parts): ToolLists {
  const lists = new LRUCache<string, ServerTools>({
    maxSize: maxBytes,
    sizeCalculation: ({ entries }) => entries.reduce((sum, text) => sum + 2 * text.length + 100, 1_000),
  })
  const failures = new LRUCache<string, Failure>({ max: 10_000 })
  const pending = new Map<string, Promise<ServerTools>>()
  const failed = new Counter({
    name: 'gatehouse_gateway_tool_list_failures_total',
    help: "Fetches of a server's tools for the aggregate endpoint that failed",
    labelNames: ['code'],
    registers: [parts.metrics],
  })

  const fetchAndKeep = async (key: string, server: ResolvedServer, headers: CredentialsAnswer['headers']) => {
    try {
      const list = await fetchList(parts.egress, server, headers)
      lists.set(key, list, { ttl: list.freshUntil - list.fetchedAt + hourMs })
      failures.delete(key)
      return list
    } catch (thrown) {
      const error = toAppError(thrown)
      failures.set(key, { error, at: performance.now() })
      failed.inc({ code: error.code })
      parts.log.warn(
        { err: thrown, server_id: server.id, code: error.code },
        'the tools of a server could not be listed',
      )
      throw error
    } finally {
      pending.delete(key)
    }
  }

  return {
    async schemaOf(caller, server, name, after) {
      return (await this.get(caller, server, after)).schemas.get(name)
    },
    async get(caller, server, after = 0) {
      const { generation, headers } = await parts.knowledge.credentials(caller, server)
      const key = keyOf(caller, server, generation)
      const known = lists.get(key)
      if (known && performance.now() < known.freshUntil && known.fetchedAt >= after) return known
      const failure = failures.get(key)
      const rests = failure !== undefined && performance.now() - failure.at < retryMs
      let fetching = pending.get(key)
      if (fetching === undefined && !rests) {
        fetching = fetchAndKeep(key, server, headers)
        fetching.catch(() => {}) // whoever waits learns of it; perhaps nobody does any more
        pending.set(key, fetching)
      }
      // Nobody waits for a server that failed last time: the next who asks gets what it answers now.
      if (fetching === undefined || failure !== undefined) return orThrow(known, failure?.error)
      try {
        return await within(fetching, known ? staleWaitMs : parts.timeoutMs)
      } catch (thrown) {
        const error = toAppError(thrown)
        if (pending.has(key)) failures.set(key, { error, at: performance.now() })
        return orThrow(known, error)
      }
    },
  }
}

function orThrow(known: ServerTools | undefined, error: AppError | undefined): ServerTools {
  if (known) return known
  throw error ?? new AppError('upstream_unreachable')
}

/** One caller's accounts are not another's; stored headers are the same for the whole workspace. */
const keyOf = (caller: ResolvedCaller, server: ResolvedServer, generation: string) =>
  [
    caller.workspace_id,
    server.id,
    server.url,
    server.era,
    generation,
    server.auth_type === 'oauth' ? caller.key_id : '',
  ].join(' ')

async function fetchList(
  egress: Egress,
  server: ResolvedServer,
  headers: CredentialsAnswer['headers'],
): Promise<ServerTools> {
  const { toolsJson, ttlMs, era } = await fetchTools({ egress, url: server.url, headers, era: server.era })
  const names = new Map<string, string>()
  const schemas = new Map<string, string>()
  const entries: string[] = []
  for (const text of rawElements(toolsJson)) {
    const { name } = JSON.parse(text) as { name: string } // fetchTools has seen that it is there
    const schema = rawMember(text, 'inputSchema') ?? '{}'
    const exposed = exposedName(server.slug, name)
    if (names.has(exposed) || hasInvalidAnnotations(schema)) continue
    names.set(exposed, name)
    schemas.set(name, schema)
    entries.push(replaceMember(text, 'name', JSON.stringify(exposed)))
  }
  const fetchedAt = performance.now()
  return {
    entries,
    names,
    schemas,
    era,
    fetchedAt,
    freshUntil: fetchedAt + Math.min(ttlMs ?? usualTtlMs, hourMs),
  }
}

async function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new AppError('upstream_timeout')), timeoutMs)
  })
  try {
    return await Promise.race([promise, tooLate])
  } finally {
    clearTimeout(timer)
  }
}
