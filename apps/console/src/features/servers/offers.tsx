'use client'
// A tab of what a server offers beside tools: its resources, or its prompts, as it lists them to this person.

import { Badge, Button, Group, List, Paper, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { parseAsString, useQueryState } from 'nuqs'
import { count } from '#lib/format.ts'
import { plainly } from '#lib/invisible.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Empty } from '#ui/empty.tsx'
import { QueryView } from '#ui/query-view.tsx'
import { SearchField } from '#ui/search-field.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { type ListName, type Offer, offersRead } from './server-lists.ts'
import { useServer } from './use-server.ts'

interface Props {
  serverId: string
  list: ListName
  /** "Resources" */
  title: string
  /** "resource" */
  one: string
}

export function Offers({ serverId, list, title, one }: Props) {
  const { may, to } = useWorkspace()
  const { server, where } = useServer(serverId)
  const offers = useQuery({
    ...offersRead(where, list),
    enabled: server !== undefined && may('mcp-servers:invoke'),
  })
  if (!may('mcp-servers:invoke'))
    return (
      <Empty sentence="The server is asked in your name, and your role may not call servers. Ask an administrator." />
    )
  return (
    <Stack component="section" aria-labelledby={`of-${list}`}>
      <Title order={2} id={`of-${list}`}>
        {title}
      </Title>
      <QueryView
        query={offers}
        failed={`Its ${one}s could not be listed`}
        empty={{
          when: ({ offers }) => offers.length === 0,
          show: (
            <Empty sentence={`This server offers no ${one}s. What it can do is on the tab Connection.`} />
          ),
        }}
      >
        {(data) => (
          <Found
            {...data}
            list={list}
            one={one}
            tryAt={(id) => to(`/playground?${new URLSearchParams({ server: serverId, [tried[list]]: id })}`)}
          />
        )}
      </QueryView>
    </Stack>
  )
}

/** What the playground calls it. */
const tried = { prompts: 'prompt', resources: 'resource', templates: 'template' } as const

interface FoundProps {
  readonly offers: Offer[]
  readonly all: boolean
  readonly list: ListName
  readonly one: string
  /** Of the playground with the offer of this name. */
  readonly tryAt: (id: string) => string
}

function Found({ offers, all, list, one, tryAt }: FoundProps) {
  const [q, setQ] = useQueryState(list === 'templates' ? 'qt' : 'q', parseAsString.withDefault(''))
  const words = q.toLowerCase().split(/\s+/).filter(Boolean)
  const found = offers.filter(({ id, title, description }) => {
    const text = `${id} ${title ?? ''} ${description ?? ''}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  return (
    <>
      {offers.length > 5 && (
        <SearchField label={`Search ${one}s`} value={q} onChange={(text) => void setQ(text || null)} />
      )}
      <Text size="sm" c="dimmed" role="status">
        {q ? `${found.length} of ${count(offers.length, one)}` : count(offers.length, one)}
        {!all && ', and more than are shown here'}
      </Text>
      <List listStyleType="none" spacing="sm">
        {found.slice(0, 500).map((offer) => (
          <List.Item key={offer.id} styles={{ itemWrapper: { width: '100%' }, itemLabel: { width: '100%' } }}>
            <Card offer={offer} tryAt={tryAt(offer.id)} />
          </List.Item>
        ))}
      </List>
    </>
  )
}

function Card({
  offer: { id, title, description, mimeType, takes },
  tryAt,
}: {
  offer: Offer
  tryAt: string
}) {
  return (
    <Paper withBorder p="md">
      <Stack gap={4}>
        <Group gap="xs">
          <Text fw={600} className="gh-break">
            <UpstreamText text={title ?? id} />
          </Text>
          {mimeType && (
            <Badge variant="default" tt="none">
              {mimeType}
            </Badge>
          )}
        </Group>
        {title !== undefined && (
          <code className="gh-break">
            <UpstreamText text={id} />
          </code>
        )}
        {description && (
          <Text size="sm" className="gh-break" lineClamp={6}>
            <UpstreamText text={description} />
          </Text>
        )}
        {takes.length > 0 && (
          <Text size="sm" className="gh-break">
            Takes{' '}
            {takes.map(({ name, required }, at) => (
              <span key={name}>
                {at > 0 && ', '}
                <code>
                  <UpstreamText text={name} />
                </code>
                {required && ' (required)'}
              </span>
            ))}
          </Text>
        )}
        <Group>
          <Button
            component={Link}
            href={tryAt}
            variant="default"
            size="compact-sm"
            aria-label={`Try ${plainly(id)} in the playground`}
          >
            Try
          </Button>
        </Group>
      </Stack>
    </Paper>
  )
}
