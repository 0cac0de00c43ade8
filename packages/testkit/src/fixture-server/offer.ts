// All that the fixture server offers, put together: content-tools.ts, life-tools.ts, asking-tools.ts,
// task-tools.ts, resources.ts, prompts.ts.

import { randomBytes } from 'node:crypto'
import { createRequestStateCodec, McpServer, type ServerNotifier } from '@modelcontextprotocol/server'
import { addAskingTools } from './asking-tools.ts'
import { addContentTools } from './content-tools.ts'
import { addLifeTools } from './life-tools.ts'
import { addPrompts } from './prompts.ts'
import { addResources } from './resources.ts'
import { addTaskTools, tasksExtension } from './task-tools.ts'
import { createTasks } from './tasks.ts'

const hint = { ttlMs: 60_000, cacheScope: 'public' } as const

/** `make` gives a server: one per request in the modern era, one per session in the legacy era. */
export function createOffer(notifier: () => ServerNotifier) {
  const tasks = createTasks()
  const states = createRequestStateCodec<string>({ key: randomBytes(32) })
  const make = (era: 'legacy' | 'modern'): McpServer => {
    const server = new McpServer(
      { name: 'gatehouse-fixture', title: 'Conformance fixture', version: '1.0.0' },
      {
        capabilities: {
          tools: { listChanged: true },
          prompts: { listChanged: true },
          resources: { listChanged: true, subscribe: true },
          completions: {},
          logging: {},
          ...(era === 'modern' && { extensions: { [tasksExtension]: {} } }),
        },
        instructions: `A server of the ${era} era that offers what the conformance suite asks for.`,
        requestState: { verify: states.verify },
        cacheHints: {
          'tools/list': hint,
          'prompts/list': hint,
          'resources/list': hint,
          'resources/templates/list': hint,
          'server/discover': hint,
        },
      },
    )
    addContentTools(server)
    addLifeTools(server, notifier)
    addAskingTools(server, states)
    addResources(server)
    addPrompts(server)
    if (era === 'modern') addTaskTools(server, tasks)
    return server
  }
  return { make, close: tasks.close }
}
