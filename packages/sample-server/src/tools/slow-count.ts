// The tool that takes its time, to see progress and cancellation. One of the tools of sample.ts.

import { setTimeout } from 'node:timers/promises'
import type { McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { result } from '../result.ts'

export function addSlowCount(server: McpServer): void {
  server.registerTool(
    'slow-count',
    {
      title: 'Count slowly',
      description: 'Counts up step by step and reports progress; good for watching a long call.',
      inputSchema: z.object({
        to: z.int().min(1).max(100).default(5).describe('Where to stop'),
        delayMs: z.int().min(0).max(5_000).default(500).describe('Pause before each step, in milliseconds'),
      }),
      outputSchema: z.object({ counted: z.int() }),
      annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
    },
    async ({ to, delayMs }, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken
      for (let progress = 1; progress <= to; progress++) {
        await setTimeout(delayMs, undefined, { signal: mcpReq.signal })
        if (progressToken === undefined) continue
        const params = { progressToken, progress, total: to, message: `${progress} of ${to}` }
        await mcpReq.notify({ method: 'notifications/progress', params })
      }
      return result(`Counted to ${to}.`, { counted: to })
    },
  )
}
