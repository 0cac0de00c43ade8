// Tools during which something happens: log messages, progress, a lost stream, changed lists, a call that waits for its end.

import { setTimeout } from 'node:timers/promises'
import type { CallToolResult, McpServer, ServerNotifier } from '@modelcontextprotocol/server'
import { z } from 'zod'

const nothing = z.object({})
const text = (said: string): CallToolResult => ({ content: [{ type: 'text', text: said }] })

export function addLifeTools(server: McpServer, notifier: () => ServerNotifier): void {
  server.registerTool(
    'test_tool_with_logging',
    { description: 'Logs three messages while it runs', inputSchema: nothing },
    async (_args, { mcpReq }) => {
      await mcpReq.log('info', 'Tool execution started')
      await setTimeout(50)
      await mcpReq.log('info', 'Tool processing data')
      await setTimeout(50)
      await mcpReq.log('info', 'Tool execution completed')
      return text('logged')
    },
  )
  server.registerTool(
    'test_logging_tool',
    { description: 'Logs one message', inputSchema: nothing },
    async (_args, { mcpReq }) => {
      await mcpReq.log('info', 'one message')
      return text('logged')
    },
  )
  server.registerTool(
    'test_tool_with_progress',
    { description: 'Reports progress where the caller asked for it', inputSchema: nothing },
    async (_args, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken
      for (const progress of [0, 50, 100]) {
        if (progress > 0) await setTimeout(50)
        if (progressToken === undefined) continue
        await mcpReq.notify({
          method: 'notifications/progress',
          params: { progressToken, progress, total: 100 },
        })
      }
      return text('done')
    },
  )
  server.registerTool(
    'test_reconnection',
    { description: 'Ends its stream, and answers to who comes back', inputSchema: nothing },
    async (_args, { http }) => {
      http?.closeSSE?.()
      await setTimeout(100)
      return text('Reconnection test completed successfully')
    },
  )
  server.registerTool(
    'test_wait',
    { description: 'Waits until it is cancelled, or for a time', inputSchema: z.object({ ms: z.int() }) },
    async ({ ms }, { mcpReq }) => {
      await setTimeout(ms, undefined, { signal: mcpReq.signal })
      return text('waited')
    },
  )
  addChanges(server, notifier)
}

function addChanges(server: McpServer, notifier: () => ServerNotifier): void {
  const changes = {
    test_trigger_tool_change: ['the list of tools', () => notifier().toolsChanged()],
    test_trigger_prompt_change: ['the list of prompts', () => notifier().promptsChanged()],
    test_trigger_resource_change: ['the list of resources', () => notifier().resourcesChanged()],
  } as const
  for (const [name, [what, change]] of Object.entries(changes)) {
    const config = { description: `Says that ${what} changed`, inputSchema: nothing }
    server.registerTool(name, config, () => {
      change()
      return text('said')
    })
  }
  server.registerTool(
    'test_trigger_resource_update',
    { description: 'Says that a resource changed', inputSchema: z.object({ uri: z.string() }) },
    ({ uri }) => {
      notifier().resourceUpdated(uri)
      return text('said')
    },
  )
}
