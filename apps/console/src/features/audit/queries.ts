// Reading the audit trail, and following its chain.

import type { AuditEvent, AuditVerdict } from '@gatehouse/registry-api'
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { ask } from '#lib/api.ts'
import type { Page } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'

const base = '/registry/v1/audit'

/** Named like the parameters of the API. */
export type AuditFilter = Partial<
  Record<'action' | 'actor_id' | 'object_type' | 'object_id' | 'since' | 'until', string>
>

export const queryOf = (filter: AuditFilter) => new URLSearchParams(filter).toString()

/** Newest first, page by page. */
export function useEvents(filter: AuditFilter) {
  const { id: workspaceId } = useWorkspace()
  const text = queryOf(filter)
  return useInfiniteQuery({
    queryKey: [workspaceId, 'audit', text],
    queryFn: ({ pageParam, signal }) =>
      ask<Page<AuditEvent>>(`${base}?${text}&limit=50${pageParam === null ? '' : `&cursor=${pageParam}`}`, {
        workspaceId,
        signal,
      }),
    initialPageParam: null as string | null, // else its type would be null alone
    getNextPageParam: (page) => page.next_cursor,
  })
}

/** Follows the whole chain: asked for, because it reads everything. */
export function useVerify() {
  const { id: workspaceId } = useWorkspace()
  return useMutation<AuditVerdict, Error, void>({
    mutationFn: () => ask(`${base}/verify`, { workspaceId }),
  })
}

/** Address of the events as lines. The browser sends no X-Workspace-Id with a link, so they come by fetch. */
export const exportPath = (filter: AuditFilter) => `${base}/export?${queryOf(filter)}`
