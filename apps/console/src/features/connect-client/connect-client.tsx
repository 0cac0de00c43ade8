'use client'

// Which address, which client, which key; then the page waits until that client is seen. All of it is in the address.

import { Anchor, NativeSelect, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { parseAsString, useQueryStates } from 'nuqs'
import { plainly } from '#lib/invisible.ts'
import { installationRead, keysRead, serversRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { ClientSnippets } from '#ui/client-snippets.tsx'
import { CodeBlock } from '#ui/code-block.tsx'
import { PageHeader } from '#ui/page-header.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { ArrivalNote } from './arrival-note.tsx'

export function ConnectClient() {
  const { id, may, to } = useWorkspace()
  const [{ server, client, key }, set] = useQueryStates({
    server: parseAsString,
    client: parseAsString.withDefault('claude-code'),
    key: parseAsString,
  })
  const installation = useQuery(installationRead(id))
  const servers = useQuery(serversRead(id))
  const keys = useQuery({ ...keysRead(id), enabled: may('api-keys:own') })
  const one = servers.data?.find((each) => each.id === server)
  const filter = { ...(server && { server }), ...(key && { key }) }
  return (
    <>
      <PageHeader title="Connect a client" about="One address and one key for everything that key may use." />
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
        <Paper withBorder p="lg" component="section" aria-labelledby="tell">
          <Stack>
            <Title order={2} id="tell">
              Tell the client
            </Title>
            <QueryView query={installation} failed="The gateway's address could not be loaded">
              {({ gateway_url }) => (
                <>
                  <NativeSelect
                    label="What it is to use"
                    data={[
                      { value: '', label: 'All servers that its key may use' },
                      ...(servers.data ?? []).map((each) => ({ value: each.id, label: plainly(each.name) })),
                    ]}
                    value={one?.id ?? ''}
                    onChange={(event) => void set({ server: event.currentTarget.value || null })}
                  />
                  <CodeBlock text={one?.gateway_url ?? `${gateway_url}/mcp/`} what="gateway URL" />
                  <ClientSnippets
                    name={one?.slug ?? 'gatehouse'}
                    url={one?.gateway_url ?? `${gateway_url}/mcp/`}
                    client={client}
                    onClient={(chosen) => void set({ client: chosen })}
                  />
                </>
              )}
            </QueryView>
          </Stack>
        </Paper>
        <Stack gap="lg">
          <ArrivalNote key={`${server} ${key}`} filter={filter} />
          {may('api-keys:own') && (
            <Paper withBorder p="lg" component="section" aria-labelledby="its-key">
              <Stack gap="sm">
                <Title order={2} id="its-key">
                  Its key
                </Title>
                <Text size="sm">
                  Give each client a key of its own: it is shown once, and can be revoked alone.{' '}
                  <Anchor component={Link} href={to('/keys?create=true')} inherit>
                    Create an API key
                  </Anchor>
                </Text>
                {keys.data && keys.data.length > 0 && (
                  <NativeSelect
                    label="Wait for"
                    description="Where many clients call, choose the key that you gave to this one."
                    data={[
                      { value: '', label: 'Any key' },
                      ...keys.data.map((each) => ({ value: each.id, label: plainly(each.name) })),
                    ]}
                    value={keys.data.some((each) => each.id === key) ? (key ?? '') : ''}
                    onChange={(event) => void set({ key: event.currentTarget.value || null })}
                  />
                )}
                <Text size="sm" c="dimmed">
                  A client with a wrong or revoked key is answered 401 and isn't seen here.
                </Text>
              </Stack>
            </Paper>
          )}
        </Stack>
      </SimpleGrid>
    </>
  )
}
