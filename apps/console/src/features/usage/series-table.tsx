'use client'
// The servers, tools or keys with the most calls, each with its numbers; a name leads to its calls.

import type { Usage, UsageSeries } from '@gatehouse/registry-api'
import { Anchor, Paper, Table, Text, Title } from '@mantine/core'
import Link from 'next/link'
import { useWorkspace } from '#lib/workspace.tsx'
import { Cell, Rows } from '#ui/rows.tsx'
import { UpstreamText } from '#ui/upstream-text.tsx'
import { errorShare, measures, readingOf, written } from './measures.ts'
import { seriesKey } from './series-name.ts'
import { useUsageView } from './use-usage-view.ts'

const heads = { server: 'Server', tool: 'Tool', key: 'API key' } as const

interface Props {
  usage: Usage
  by: keyof typeof heads
}

export function SeriesTable({ usage, by }: Props) {
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="usage-series">
      <Title order={2} id="usage-series" mb="md">
        By {heads[by].replace('Server', 'server').replace('Tool', 'tool')}
      </Title>
      {usage.series.length === 0 ? (
        <Text c="dimmed">No call of this time was a tool’s.</Text>
      ) : (
        <Rows
          label={`Usage by ${heads[by]}`}
          heads={[heads[by], ...measures.map(({ label }) => label), 'Error rate']}
          numbers={measures.length + 1}
          folded={'"name calls" "name errors" "name rate" "name p50" "name p95" "name p99"'}
        >
          {usage.series.map((one) => (
            <Row key={seriesKey(one)} series={one} since={usage.since} />
          ))}
        </Rows>
      )}
      {usage.more > 0 && (
        <Text c="dimmed" size="sm" mt="sm">
          The {usage.series.length} with the most calls; {usage.more.toLocaleString()} more were called.
        </Text>
      )}
    </Paper>
  )
}

function Row({ series, since }: { series: UsageSeries; since: string }) {
  const { to } = useWorkspace()
  const { filter } = useUsageView()
  const { server_id, tool, key_id } = series
  const own = {
    ...(server_id && { server: server_id }),
    ...(tool && { tool }),
    ...(key_id && { key: key_id }),
  }
  const calls = to(`/calls?${new URLSearchParams({ ...filter, ...own, since })}`)
  const name = key_id === null ? (tool ?? series.server_slug ?? server_id) : (series.key_name ?? key_id)
  return (
    <Table.Tr role="row">
      <Cell area="name">
        {name === null ? (
          'No server'
        ) : (
          <Anchor component={Link} href={calls} size="sm" className="gh-break">
            <UpstreamText text={name} />
          </Anchor>
        )}
        {tool !== null && (
          <Text size="xs" c="dimmed">
            {series.server_slug ?? server_id}
          </Text>
        )}
      </Cell>
      {measures.map(({ value: measure, label }) => (
        <Cell key={measure} area={measure} label={label} end="always" whole>
          {written(readingOf(series, measure), measure)}
        </Cell>
      ))}
      <Cell area="rate" label="Error rate" end="always" whole>
        {errorShare(series)}
      </Cell>
    </Table.Tr>
  )
}
