// The start of the process: settings, then one gateway (run.ts), or as many as GATEHOUSE_THREADS says (threads/threads.ts); and the
// end of both. The order of a request is in mcp/route.ts.

import { startOrTell } from '@gatehouse/config'
import { onStop } from '@gatehouse/http-kit'
import { loadGatewayConfig } from './config.ts'
import { runGateway } from './run.ts'
import { runThreads } from './threads/threads.ts'

await startOrTell(start)

async function start(): Promise<void> {
  const config = loadGatewayConfig(process.env)
  const { port, ready, stop } = await (config.GATEHOUSE_THREADS === 1
    ? runGateway(config)
    : runThreads(config))
  onStop(stop, { settleMs: config.GATEHOUSE_SETTLE_MS, drainMs: config.GATEHOUSE_DRAIN_MS })
  await ready
  process.send?.({ kind: 'ready', port })
}
