// The sample server: a few small tools that need no network and no data. main.ts runs it, serve.ts puts it on a socket.

import { McpServer } from '@modelcontextprotocol/server'
import { type RunningServer, type ServeOptions, serveMcp } from './serve.ts'
import { addConvertUnits } from './tools/convert-units.ts'
import { addCurrentTime } from './tools/current-time.ts'
import { addRollDice } from './tools/roll-dice.ts'
import { addSlowCount } from './tools/slow-count.ts'
import { addTextStats } from './tools/text-stats.ts'

/** A server with all sample tools, not connected to anything yet. */
export function sampleServer(): McpServer {
  const server = new McpServer(
    { name: 'gatehouse-sample', title: 'Sample tools', version: '1.0.0' },
    {
      instructions:
        'A few small tools to try things out with. Nothing here reaches the network or stores data.',
      cacheHints: { 'tools/list': { ttlMs: 300_000, cacheScope: 'public' } },
    },
  )
  addCurrentTime(server)
  addConvertUnits(server)
  addRollDice(server)
  addTextStats(server)
  addSlowCount(server)
  return server
}

/** Starts the sample server. */
export const createSampleServer = (options: ServeOptions = {}): Promise<RunningServer> =>
  serveMcp(sampleServer, options)
