// The workspace as a file: fetched for keeping, sent for a preview, sent in earnest.

import type { ImportResult } from '@gatehouse/registry-api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ask, send } from '#lib/api.ts'
import { ApiError, errorOf } from '#lib/api-error.ts'
import { saveFile } from '#lib/save-file.ts'
import { useWorkspace } from '#lib/workspace.tsx'

export function useExport() {
  const { id, slug } = useWorkspace()
  return useMutation({
    mutationFn: async () => {
      const response = await send('/registry/v1/export', { workspaceId: id })
      if (!response.ok) throw await errorOf(response)
      saveFile(await response.blob(), `${slug}.json`)
    },
  })
}

/** What the person chose, read as JSON. @throws ApiError where it is none */
async function readChosen(file: File): Promise<unknown> {
  const text = await file.text()
  try {
    return JSON.parse(text)
  } catch {
    const detail = 'Choose a file that was exported here: it is not JSON'
    throw new ApiError({ status: 400, code: 'import_invalid', detail, requestId: null })
  }
}

/** What the import would do; changes nothing. */
export function usePreview() {
  const { id } = useWorkspace()
  return useMutation({
    mutationFn: async (file: File) => {
      const content = await readChosen(file)
      return { content, result: await sendFile(id, content, 'dry_run=true') }
    },
  })
}

export function useImport() {
  const { id } = useWorkspace()
  const client = useQueryClient()
  return useMutation({
    mutationFn: (content: unknown) => sendFile(id, content, 'conflicts=skip'),
    onSuccess: () => client.invalidateQueries({ queryKey: [id] }),
  })
}

const sendFile = (workspaceId: string, body: unknown, query: string) =>
  ask<ImportResult>(`/registry/v1/import?${query}`, { method: 'POST', workspaceId, body })
