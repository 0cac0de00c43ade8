'use client'
// One measure over time, in all and for the series with the most calls, as a picture and, below it, as a table.

import type { Usage } from '@gatehouse/registry-api'
import { Group, Paper, ScrollArea, Table, Title } from '@mantine/core'
import { useMemo } from 'react'
import { type Line, LineChart } from './line-chart.tsx'
import { type Measure, measures, readingOf, written } from './measures.ts'
import { seriesName } from './series-name.ts'
import { stepsOf, timeText } from './times.ts'
import { Segments } from './usage-controls.tsx'
import { useUsageView } from './use-usage-view.ts'

const shown = 4
const words = { server: 'servers', tool: 'tools', key: 'API keys' } as const

interface Props {
  usage: Usage
  by: keyof typeof words
  measure: Measure
}

export function UsageChart({ usage, by, measure }: Props) {
  const { set } = useUsageView()
  const { lines, times } = useMemo(() => linesOf(usage, measure), [usage, measure])
  const what = measures.find(({ value }) => value === measure)?.label ?? ''
  const title = `${what} over time`
  const label = `${title}: all calls, and the ${words[by]} with the most. The numbers are in the table below.`
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="usage-chart">
      <Group justify="space-between" align="flex-end" mb="md">
        <Title order={2} id="usage-chart">
          {title}
        </Title>
        <Segments label="Show" value={measure} choices={measures} onChange={(show) => set({ show })} />
      </Group>
      <LineChart
        label={label}
        lines={lines}
        times={times}
        written={(value) => written(value, measure)}
        whole={measure === 'calls' || measure === 'errors'}
      />
      <details className="gh-details">
        <summary>{title} as a table</summary>
        <ScrollArea.Autosize mah="24rem" type="auto" viewportProps={{ tabIndex: 0 }}>
          <Table className="gh-numbers" aria-label={title} stickyHeader>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">Time{usage.step_s >= 86_400 && ' (days of UTC)'}</Table.Th>
                {lines.map((line) => (
                  <Table.Th key={line.name} scope="col" ta="right">
                    {line.name}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {times.map((time, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two hours of a year may be called the same
                <Table.Tr key={at}>
                  <Table.Th scope="row" fw={400}>
                    {time}
                  </Table.Th>
                  {lines.map((line) => (
                    <Table.Td key={line.name} ta="right">
                      {written(line.values[at] ?? null, measure)}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollArea.Autosize>
      </details>
    </Paper>
  )
}

function linesOf(usage: Usage, measure: Measure): { lines: Line[]; times: string[] } {
  const steps = stepsOf(usage)
  const spanMs = Date.parse(usage.until) - Date.parse(usage.since)
  const line = (name: string, { points }: Pick<Usage['total'], 'points'>): Line => {
    const at = new Map(points.map((point) => [Date.parse(point.at), point]))
    return { name, values: steps.map((ms) => readingOf(at.get(ms), measure)) }
  }
  return {
    lines: [
      line('All', usage.total),
      ...usage.series.slice(0, shown).map((one) => line(seriesName(one), one)),
    ],
    times: steps.map((ms) => timeText(ms, usage.step_s, spanMs)),
  }
}
