'use client'
// Takes the workspace out as a file, and one in.

import { Anchor, Button, Paper, Stack, Text, Title } from '@mantine/core'
import Link from 'next/link'
import { useWorkspace } from '#lib/workspace.tsx'
import { Empty } from '#ui/empty.tsx'
import { ErrorCard } from '#ui/error-card.tsx'
import { PageHeader } from '#ui/page-header.tsx'
import { ImportFile } from './import-file.tsx'
import { useExport } from './queries.ts'

export function WorkspaceFile() {
  const { may, to } = useWorkspace()
  return (
    <>
      <PageHeader
        title="Export and import"
        about="What is set up here, as a file to keep or to carry elsewhere."
      />
      {may('settings:manage') ? (
        <Stack gap="lg" maw={760}>
          <Export />
          <ImportFile />
        </Stack>
      ) : (
        <Empty sentence="Only an owner of the workspace may export and import it. Ask one of them.">
          <Anchor component={Link} href={to('')}>
            Home
          </Anchor>
        </Empty>
      )}
    </>
  )
}

function Export() {
  const download = useExport()
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="export">
      <Stack align="flex-start">
        <Title order={2} id="export">
          Export
        </Title>
        <Text size="sm">
          The file has the settings of the workspace, and every server with its own and the names of its
          headers. It has no secret, no API key, no person and no call. As long as nothing changes it is the
          same to the byte, so it fits under version control.
        </Text>
        {download.isError && <ErrorCard title="The workspace was not exported" error={download.error} />}
        <Button onClick={() => download.mutate()} loading={download.isPending}>
          Download the file
        </Button>
      </Stack>
    </Paper>
  )
}
