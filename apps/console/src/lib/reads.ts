// What several screens read, one definition each, so that they share a cache. Writes are in the features' queries.ts.

import type {
  ApiKey,
  Call,
  Connection,
  ErasFound,
  FoundTools,
  Installation,
  Me,
  OAuthProvider,
  Server,
  ServerPage,
  ServerSettings,
  ServersQuery,
  ServerToolList,
  Usage,
  UsageRange,
} from '@gatehouse/registry-api'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { ask, askVersioned } from './api.ts'
import { ApiError, healsAfter } from './api-error.ts'

export interface Page<T> {
  readonly data: T[]
  readonly next_cursor: string | null
}

const id = encodeURIComponent

/** Who is signed in, in the workspace that was used last. @throws ApiError 401 */
export const meRead = () =>
  queryOptions({ queryKey: ['me'], queryFn: ({ signal }) => ask<Me>('/registry/v1/me', { signal }) })

/** The same in the workspace of a page's address. @throws ApiError workspace_not_found where the person is no member */
export const meInRead = (slug: string) =>
  queryOptions({
    queryKey: ['me', slug],
    queryFn: async ({ signal }) => {
      const me = await ask<Me>('/registry/v1/me', { signal })
      if (me.workspace.slug === slug) return me
      const other = me.workspaces.find((one) => one.slug === slug)
      if (other) return ask<Me>('/registry/v1/me', { signal, workspaceId: other.id })
      throw new ApiError({
        status: 404,
        code: 'workspace_not_found',
        detail: `Check the address: there is no workspace '${slug}' that you are a member of`,
        requestId: null,
      })
    },
    staleTime: 60_000,
  })

export const installationRead = (workspaceId: string) =>
  queryOptions({
    queryKey: [workspaceId, 'installation'],
    queryFn: ({ signal }) => ask<Installation>('/registry/v1/installation', { workspaceId, signal }),
    staleTime: 60_000,
  })

export const serversRead = (workspaceId: string) =>
  queryOptions({
    queryKey: [workspaceId, 'servers'],
    queryFn: ({ signal }) => ask<Server[]>('/registry/v1/deepagents/mcp-servers', { workspaceId, signal }),
  })

export const serverRead = (workspaceId: string, serverId: string) =>
  queryOptions({
    queryKey: [workspaceId, 'servers', serverId],
    queryFn: ({ signal }) =>
      ask<Server>(`/registry/v1/deepagents/mcp-servers/${id(serverId)}`, { workspaceId, signal }),
  })

export const settingsRead = (workspaceId: string, serverId: string) =>
  queryOptions({
    queryKey: [workspaceId, 'servers', serverId, 'settings'],
    queryFn: ({ signal }) =>
      askVersioned<ServerSettings>(`/registry/v1/servers/${id(serverId)}`, { workspaceId, signal }),
  })

/** Of every list that shows how servers do. */
export const serverPagesKey = (workspaceId: string) => [workspaceId, 'servers', 'pages']

/** How servers do, as filtered; asked again by itself also where no event stream can be had. */
export const serverPageRead = (workspaceId: string, query: ServersQuery) =>
  queryOptions({
    queryKey: [...serverPagesKey(workspaceId), query],
    queryFn: ({ signal }) => {
      const given = Object.entries(query).flatMap(([name, value]) =>
        value === undefined || value === '' ? [] : [[name, String(value)]],
      )
      return ask<ServerPage>(`/registry/v1/servers?${new URLSearchParams(given)}`, { workspaceId, signal })
    },
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.status === 'error' ? healsAfter(state.error) : 10_000),
  })

/** Asks the server itself which protocol eras it speaks. */
export const erasRead = (workspaceId: string, serverId: string) =>
  queryOptions({
    queryKey: [workspaceId, 'servers', serverId, 'eras'],
    queryFn: ({ signal }) =>
      ask<ErasFound>(`/registry/v1/servers/${id(serverId)}/eras`, { method: 'POST', workspaceId, signal }),
    staleTime: 60_000,
  })

/** The registry keeps the list while it is fresh; `force` fetches it from the server now. */
export const toolsAsk = (workspaceId: string, serverId: string, force: boolean, signal?: AbortSignal) =>
  ask<ServerToolList>(`/registry/v1/servers/${id(serverId)}/tools${force ? '?force_refresh=true' : ''}`, {
    workspaceId,
    signal,
  })

export const toolsRead = (workspaceId: string, serverId: string) =>
  queryOptions({
    queryKey: [workspaceId, 'servers', serverId, 'tools'],
    queryFn: ({ signal }) => toolsAsk(workspaceId, serverId, false, signal),
    staleTime: 30_000,
  })

/** Tools of all servers, by name. */
export const toolSearchRead = (workspaceId: string, q: string) =>
  queryOptions({
    queryKey: [workspaceId, 'tools', q],
    queryFn: ({ signal }) =>
      ask<FoundTools>(`/registry/v1/tools?${new URLSearchParams({ q, limit: '20' })}`, {
        ...{ workspaceId, signal },
      }),
    placeholderData: keepPreviousData,
  })

/** All keys that the person may see, page by page. */
export const keysRead = (workspaceId: string) =>
  queryOptions({
    queryKey: [workspaceId, 'api-keys'],
    queryFn: ({ signal }) => allPages<ApiKey>('/registry/v1/api-keys?', workspaceId, signal),
    // When a key was used last is somebody else's doing; and a registry that is gone shows.
    refetchInterval: ({ state }) => (state.status === 'error' ? healsAfter(state.error) : 15_000),
  })

/** The connections that the person may see, of one server or of all. */
export const connectionsRead = (workspaceId: string, serverId?: string) =>
  queryOptions({
    queryKey: [workspaceId, 'connections', serverId ?? null],
    queryFn: ({ signal }) =>
      allPages<Connection>(
        `/registry/v1/connections?${serverId === undefined ? '' : `server_id=${id(serverId)}&`}`,
        workspaceId,
        signal,
      ),
    // A token that can't be refreshed any more is noticed by the registry, not by this page.
    refetchInterval: ({ state }) => (state.status === 'error' ? healsAfter(state.error) : 15_000),
  })

/** The clients at authorization servers that the person may see. */
export const providersRead = (workspaceId: string) =>
  queryOptions({
    queryKey: [workspaceId, 'oauth-providers'],
    queryFn: ({ signal }) => allPages<OAuthProvider>('/registry/v1/oauth-providers?', workspaceId, signal),
  })

/** @param path ends where the cursor's parameters can follow */
export async function allPages<T>(path: string, workspaceId: string, signal: AbortSignal): Promise<T[]> {
  const all: T[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const query: string = `limit=200${cursor === '' ? '' : `&cursor=${id(cursor)}`}`
    const page: Page<T> = await ask(path + query, { workspaceId, signal })
    all.push(...page.data)
    cursor = page.next_cursor
  }
  return all
}

/** Filters of call records, as `GET /v1/calls` names them. */
export const callFilterNames = [
  ...(['server', 'tool', 'outcome', 'method', 'key', 'http_status', 'error_code', 'request_id'] as const),
  ...(['duration_ms_min', 'duration_ms_max', 'upstream_ms_min', 'upstream_ms_max'] as const),
  ...(['request_bytes_min', 'request_bytes_max', 'response_bytes_min', 'response_bytes_max'] as const),
  ...(['since', 'until'] as const),
] as const
export type CallFilterName = (typeof callFilterNames)[number]
export type CallFilter = Readonly<Partial<Record<CallFilterName, string>>>

export const filterText = (filter: CallFilter) => new URLSearchParams({ ...filter }).toString()

export const callsAsk = (
  workspaceId: string,
  filter: CallFilter,
  limit: number,
  cursor: string | null,
  signal?: AbortSignal,
) => {
  const query = new URLSearchParams({ ...filter, limit: String(limit), ...(cursor !== null && { cursor }) })
  return ask<Page<Call>>(`/registry/v1/calls?${query}`, { workspaceId, signal })
}

export const callRead = (workspaceId: string, callId: string) =>
  queryOptions({
    queryKey: [workspaceId, 'call', callId],
    queryFn: ({ signal }) => ask<Call>(`/registry/v1/calls/${id(callId)}`, { workspaceId, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })

/** What is counted, named as `GET /v1/usage` names it. */
export interface UsageAsked {
  readonly range: UsageRange
  readonly by: 'server' | 'tool' | 'key'
  readonly server?: string
  readonly tool?: string
  readonly key?: string
}

export const usageRead = (workspaceId: string, asked: UsageAsked) =>
  queryOptions({
    queryKey: [workspaceId, 'usage', { ...asked }],
    queryFn: ({ signal }) =>
      ask<Usage>(`/registry/v1/usage?${new URLSearchParams({ ...asked })}`, { workspaceId, signal }),
    refetchInterval: ({ state }) => (state.status === 'error' ? healsAfter(state.error) : 30_000),
  })
