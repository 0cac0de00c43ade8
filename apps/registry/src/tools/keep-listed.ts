// Lists the tools of servers that answer calls and whose list is missing or an hour old, with the services' credential, so that
// counts and the search know tools that nobody has looked at. In the process that looks at servers: health/worker.ts.

import type { Deps } from '../deps.ts'
import { shown } from '../servers/to-wire.ts'
import type { ToolLists } from './list-tools.ts'

const oldMs = 60 * 60_000
/** Between two tries at one server. */
const againMs = 5 * 60_000
/** At once. */
const mostLists = 8

type On = Pick<Deps, 'db' | 'log'>

interface Unlisted {
  readonly workspaceId: string
  readonly id: string
  /** What it was last changed to may answer where it did not before. */
  readonly updated_at: Date
}

export interface Listing {
  /** Begins what is due. @returns true where more is due than runs at once */
  round(): Promise<boolean>
  idle(): Promise<unknown>
}

export function createListing(on: On, lists: Pick<ToolLists, 'list'>): Listing {
  const triedAt = new Map<string, number>()
  const running = new Map<string, Promise<void>>()
  const list = async ({ workspaceId, id }: Unlisted) => {
    const where = { workspaceId_id: { workspaceId, id } }
    const server = await on.db.inWorkspace(workspaceId, (tx) =>
      tx.mcpServer.findUnique({ where, select: shown }),
    )
    if (server) await lists.list(server, null, true)
  }
  const isTime = ({ id, updated_at }: Unlisted) => {
    const last = triedAt.get(id)
    return last === undefined || Date.now() - last >= againMs || updated_at.getTime() > last
  }
  return {
    async round() {
      const due = await readUnlisted(on)
      for (const id of triedAt.keys()) if (!due.some((one) => one.id === id)) triedAt.delete(id)
      for (const server of due) {
        const { id } = server
        if (running.has(id) || !isTime(server)) continue
        if (running.size >= mostLists) return true
        triedAt.set(id, Date.now())
        const done = list(server)
          .catch((error: unknown) => on.log.debug({ err: error, server: id }, 'tools were not listed'))
          .finally(() => running.delete(id))
        running.set(id, done)
      }
      return false
    },
    idle: () => Promise.all(running.values()),
  }
}

const readUnlisted = (on: On): Promise<Unlisted[]> =>
  on.db.asSystem(
    (tx) => tx.$queryRaw<Unlisted[]>`
      SELECT s.workspace_id AS "workspaceId", s.id, s.updated_at
      FROM mcp_server s
      JOIN server_health h ON h.workspace_id = s.workspace_id AND h.server_id = s.id AND h.state = 'healthy'
      LEFT JOIN tool_catalogue c ON c.workspace_id = s.workspace_id AND c.server_id = s.id AND c.owner = ''
      WHERE s.enabled AND (c.fetched_at IS NULL OR c.fetched_at < now() - make_interval(secs => ${oldMs / 1_000}::float8))
      ORDER BY c.fetched_at NULLS FIRST LIMIT 500`,
  )
