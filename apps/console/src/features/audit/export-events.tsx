'use client'
// The events that pass the filters, as lines of JSON in a file.

import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { send } from '#lib/api.ts'
import { errorOf, toApiError } from '#lib/api-error.ts'
import { saveFile } from '#lib/save-file.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { type AuditFilter, exportPath } from './queries.ts'

export function ExportEvents({ filter }: { filter: AuditFilter }) {
  const { id: workspaceId, slug } = useWorkspace()
  const write = useMutation({
    mutationFn: async () => {
      const response = await send(exportPath(filter), { workspaceId })
      if (!response.ok) throw await errorOf(response)
      saveFile(await response.blob(), `audit-${slug}.ndjson`)
    },
    onError: (error) =>
      notifications.show({ color: 'red', title: 'Nothing was exported', message: toApiError(error).detail }),
  })
  return (
    <Button variant="default" onClick={() => write.mutate()} loading={write.isPending}>
      Export
    </Button>
  )
}
