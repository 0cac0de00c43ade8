// Fair dice. One of the tools of sample.ts.

import { randomInt } from 'node:crypto'
import type { McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { result } from '../result.ts'

export function addRollDice(server: McpServer): void {
  server.registerTool(
    'roll-dice',
    {
      title: 'Roll dice',
      description: 'Rolls dice and adds them up.',
      inputSchema: z.object({
        count: z.int().min(1).max(100).default(1).describe('How many dice'),
        sides: z.int().min(2).max(1000).default(6).describe('Sides of each'),
      }),
      outputSchema: z.object({ rolls: z.array(z.int()), total: z.int() }),
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    ({ count, sides }) => {
      const rolls = Array.from({ length: count }, () => randomInt(1, sides + 1))
      const total = rolls.reduce((sum, roll) => sum + roll, 0)
      return result(`${rolls.join(' + ')} = ${total}`, { rolls, total })
    },
  )
}
