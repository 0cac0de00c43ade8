'use client'
// The gateway's address, and the text that tells a client about it.

import { Anchor, Paper, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { installationRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { ClientSnippets } from '#ui/client-snippets.tsx'
import { CodeBlock } from '#ui/code-block.tsx'
import { QueryView } from '#ui/query-view.tsx'

export function Connect() {
  const { id, to } = useWorkspace()
  const installation = useQuery(installationRead(id))
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="connect">
      <Stack>
        <Title order={2} id="connect">
          Connect a client
        </Title>
        <QueryView query={installation} failed="The gateway's address could not be loaded">
          {({ gateway_url }) => (
            <div className="gh-halves">
              <Stack gap="sm">
                <Text size="sm">All servers that a key may use, behind one address:</Text>
                <CodeBlock text={`${gateway_url}/mcp/`} what="gateway URL" />
                <Anchor component={Link} href={to('/connect-client')}>
                  Every way for each client, and see it arrive
                </Anchor>
              </Stack>
              <ClientSnippets name="gatehouse" url={`${gateway_url}/mcp/`} brief />
            </div>
          )}
        </QueryView>
      </Stack>
    </Paper>
  )
}
