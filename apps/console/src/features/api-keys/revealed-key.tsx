'use client'

// The key, this once. Nothing closes it but the person saying that it is stored.

import type { ApiKey, CreatedApiKey } from '@gatehouse/registry-api'
import { Alert, Button, Checkbox, Group, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { installationRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { ClientSnippets } from '#ui/client-snippets.tsx'
import { CodeBlock } from '#ui/code-block.tsx'

export function RevealedKey({ made, onDone }: { made: ApiKey | CreatedApiKey; onDone: () => void }) {
  const { id } = useWorkspace()
  const [stored, setStored] = useState(false)
  const installation = useQuery(installationRead(id))
  const key = 'key' in made ? made.key : undefined
  useGuardedLeaving(key !== undefined && !stored)
  if (key === undefined) {
    return (
      <Stack>
        <Alert variant="default" title="This key was made before">
          Its answer got lost on the way, so it can not be shown. Rotate the key: that shows a new one.
        </Alert>
        <Group justify="flex-end">
          <Button onClick={onDone}>Done</Button>
        </Group>
      </Stack>
    )
  }
  return (
    <Stack>
      <Text>
        Copy it now. It is kept as a hash only: <strong>nobody can show it again.</strong>
      </Text>
      <CodeBlock text={key} what="API key" />
      <Title order={3}>Use it</Title>
      {installation.data && (
        <ClientSnippets name="gatehouse" url={`${installation.data.gateway_url}/mcp/`} apiKey={key} brief />
      )}
      {installation.isError && (
        <Text size="sm">The gateway's address could not be loaded, so there is no snippet.</Text>
      )}
      <Checkbox
        label="I have stored the key"
        checked={stored}
        onChange={(event) => setStored(event.currentTarget.checked)}
      />
      <Group justify="flex-end">
        <Button onClick={onDone} disabled={!stored}>
          Done
        </Button>
      </Group>
    </Stack>
  )
}

/** The browser asks before the page goes away. */
function useGuardedLeaving(guarded: boolean) {
  useEffect(() => {
    if (!guarded) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [guarded])
}
