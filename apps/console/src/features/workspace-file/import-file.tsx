'use client'

// A file is chosen, its effect is shown, and only then it is imported.

import { Alert, Button, FileInput, Group, List, Paper, Stack, Text, Title } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { toApiError } from '#lib/api-error.ts'
import { ErrorCard } from '#ui/error-card.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { ImportSteps } from './import-steps.tsx'
import { mistakesOf, summaryOf } from './import-words.ts'
import { useImport, usePreview } from './queries.ts'

export function ImportFile() {
  const [file, setFile] = useState<File | null>(null)
  const preview = usePreview()
  const apply = useImport()
  const choose = (chosen: File | null) => {
    setFile(chosen)
    apply.reset()
    preview.reset()
    if (chosen) preview.mutate(chosen)
  }
  const { content, result } = preview.data ?? {}
  const planned = result && summaryOf(result)
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="import">
      <Stack>
        <Title order={2} id="import">
          Import
        </Title>
        <Text size="sm">
          Makes and changes servers, found by their slugs, and sets what the file says of the workspace.
          Nothing is deleted, and stored headers stay as they are. You see what would happen before it does.
        </Text>
        <FileInput
          label="File"
          placeholder="Choose a file that was exported"
          accept="application/json,.json"
          value={file}
          onChange={choose}
          clearable
          clearButtonProps={{ 'aria-label': 'Choose no file' }}
          maw={420}
        />
        <div role="status">{preview.isPending && <Text size="sm">Looking at what it would do…</Text>}</div>
        {preview.isError && <Refused title="The file can not be imported" error={preview.error} />}
        {apply.isError && <Refused title="Nothing was imported" error={apply.error} />}
        {apply.data ? (
          <Done>{summaryOf(apply.data).done}</Done>
        ) : (
          planned && (
            <>
              <Text fw={600}>{planned.would}</Text>
              <ImportSteps steps={result?.servers ?? []} />
              {planned.changes > 0 && (
                <Group>
                  <Button loading={apply.isPending} onClick={() => apply.mutate(content)}>
                    {planned.conflicts > 0 ? 'Import everything else' : 'Import'}
                  </Button>
                  <Button variant="default" disabled={apply.isPending} onClick={() => choose(null)}>
                    Cancel
                  </Button>
                </Group>
              )}
            </>
          )
        )}
        {apply.data && <ImportSteps steps={apply.data.servers} />}
      </Stack>
    </Paper>
  )
}

const Done = ({ children }: { children: ReactNode }) => (
  <Alert variant="default" title="Imported" role="status">
    {children}
  </Alert>
)

/** With every mistake in the file, not only the first. */
function Refused({ title, error }: { title: string; error: Error }) {
  const mistakes = mistakesOf(toApiError(error).data)
  return (
    <>
      <ErrorCard title={title} error={error} />
      {mistakes.length > 0 && (
        <List size="sm" aria-label="Mistakes in the file">
          {mistakes.map(({ at, what }) => (
            <List.Item key={`${at} ${what}`} className="gh-break">
              <code>
                <UpstreamText text={at} />
              </code>
              : <UpstreamText text={what} />
            </List.Item>
          ))}
        </List>
      )}
    </>
  )
}
