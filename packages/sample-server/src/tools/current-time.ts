// Date and time in a zone. One of the tools of sample.ts.

import type { McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { result } from '../result.ts'

const zones = new Set([...Intl.supportedValuesOf('timeZone'), 'UTC'])

export function addCurrentTime(server: McpServer): void {
  server.registerTool(
    'current-time',
    {
      title: 'Current time',
      description: 'Tells the current date and time in a time zone.',
      inputSchema: z.object({
        zone: z
          .string()
          .default('UTC')
          .describe('IANA time zone, for example Europe/Zurich or America/New_York'),
      }),
      outputSchema: z.object({
        zone: z.string(),
        date: z.string().describe('Year, month and day: 2026-11-21'),
        time: z.string().describe('Hours, minutes and seconds: 08:30:00'),
        weekday: z.string(),
        utc: z.string().describe('The same moment in UTC, as ISO 8601'),
      }),
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    ({ zone }) => {
      if (!zones.has(zone)) throw new Error(`'${zone}' is not a known time zone; try Europe/Zurich`)
      const now = new Date()
      const date = now.toLocaleDateString('en-CA', { timeZone: zone })
      const time = now.toLocaleTimeString('en-GB', { timeZone: zone })
      const weekday = now.toLocaleDateString('en', { timeZone: zone, weekday: 'long' })
      return result(`${weekday}, ${date} ${time} (${zone})`, {
        zone,
        date,
        time,
        weekday,
        utc: now.toISOString(),
      })
    },
  )
}
