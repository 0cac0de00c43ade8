'use client'
// How the gateway and a server talk: eras, what the server says of itself and can do, and whose account or credential calls carry.

import { List, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useWorkspace } from '#lib/workspace.tsx'
import { Fact, Facts } from '#ui/facts.tsx'
import { Loading, QueryView } from '#ui/query-view.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { Authentication } from './authentication.tsx'
import { Eras } from './eras.tsx'
import { type Discovered, discoverRead } from './server-lists.ts'
import { useServer } from './use-server.ts'

export function Connection({ serverId }: { serverId: string }) {
  const { may } = useWorkspace()
  const { server, where } = useServer(serverId)
  const mayAsk = may('mcp-servers:invoke')
  const discovered = useQuery({ ...discoverRead(where), enabled: server !== undefined && mayAsk })
  if (!server) return <Loading failed="The server could not be loaded" />
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
      <Paper withBorder p="lg" component="section" aria-labelledby="wire">
        <Stack>
          <Title order={2} id="wire">
            Protocol and account
          </Title>
          <Facts>
            <Fact name="Protocol">
              <Eras serverId={serverId} />
            </Fact>
            <Fact name="Transport">Streamable HTTP</Fact>
            <Fact name="Authentication">
              <Authentication server={server} />
            </Fact>
          </Facts>
        </Stack>
      </Paper>
      <Paper withBorder p="lg" component="section" aria-labelledby="says">
        <Stack>
          <Title order={2} id="says">
            What it says of itself
          </Title>
          {mayAsk ? (
            <QueryView query={discovered} failed="The server could not be asked">
              {(data) => <Says data={data} />}
            </QueryView>
          ) : (
            <Text>The server is asked in your name, and your role may not call servers.</Text>
          )}
        </Stack>
      </Paper>
    </SimpleGrid>
  )
}

function Says({ data: { name, version, instructions, capabilities, extensions } }: { data: Discovered }) {
  return (
    <Facts>
      <Fact name="Name">{name === undefined ? 'It gives none' : <UpstreamText text={name} />}</Fact>
      <Fact name="Version">{version === undefined ? 'It gives none' : <UpstreamText text={version} />}</Fact>
      <Fact name="Capabilities">
        {capabilities.length === 0 ? (
          'None'
        ) : (
          <List size="sm" listStyleType="none">
            {capabilities.map(([capability, says]) => (
              <List.Item key={capability} className="gh-break">
                <code>
                  <UpstreamText text={capability} />
                </code>{' '}
                {says !== '{}' && (
                  <Text span size="xs" c="dimmed">
                    <UpstreamText text={says.slice(0, 500)} />
                  </Text>
                )}
              </List.Item>
            ))}
          </List>
        )}
      </Fact>
      <Fact name="Extensions">
        {extensions.length === 0 ? (
          'None'
        ) : (
          <List size="sm" listStyleType="none">
            {extensions.map((extension) => (
              <List.Item key={extension} className="gh-break">
                <code>
                  <UpstreamText text={extension} />
                </code>
              </List.Item>
            ))}
          </List>
        )}
      </Fact>
      {instructions !== undefined && (
        <Fact name="Instructions">
          <Text size="sm" className="gh-break">
            <UpstreamText text={instructions} />
          </Text>
        </Fact>
      )}
    </Facts>
  )
}
