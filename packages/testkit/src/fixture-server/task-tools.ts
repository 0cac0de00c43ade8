// Tools that become tasks (tasks.ts) for clients that declared the extension, and the methods that ask about tasks.

import { setTimeout } from 'node:timers/promises'
import {
  acceptedContent,
  type CallToolResult,
  inputRequired,
  type McpServer,
  MissingRequiredClientCapabilityError,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import { form } from './form.ts'
import type { Running, Tasks } from './tasks.ts'

/** Its name, as in capabilities. */
export const tasksExtension = 'io.modelcontextprotocol/tasks'

const nothing = z.object({})
const text = (said: string): CallToolResult => ({ content: [{ type: 'text', text: said }] })
const confirm = () => form('Are you sure?', { confirm: { type: 'boolean' } })

export function addTaskTools(server: McpServer, tasks: Tasks): void {
  const declared = () => server.server.getClientCapabilities()?.extensions?.[tasksExtension] !== undefined

  function demand() {
    if (declared()) return
    throw new MissingRequiredClientCapabilityError({
      requiredCapabilities: { extensions: { [tasksExtension]: {} } },
    })
  }

  function asTask(run: (running: Running) => Promise<CallToolResult>): CallToolResult {
    demand()
    const { taskId, createdAt, lastUpdatedAt, ttlMs, pollIntervalMs } = tasks.describe(tasks.start(run))
    const task = {
      resultType: 'task',
      taskId,
      status: 'working',
      createdAt,
      lastUpdatedAt,
      ttlMs,
      pollIntervalMs,
    }
    return task as unknown as CallToolResult // the extension's own result, which the SDK's types don't know
  }

  server.registerTool(
    'greet',
    { description: 'Never a task', inputSchema: z.object({ name: z.string() }) },
    ({ name }) => text(`Hello, ${name}!`),
  )
  server.registerTool(
    'slow_compute',
    {
      description: 'Takes its time',
      inputSchema: z.object({ seconds: z.number(), label: z.string().optional() }),
    },
    async ({ seconds }, { mcpReq }) => {
      const compute = async (given: number, { signal }: { signal: AbortSignal }) => {
        await setTimeout(given * 1000, undefined, { signal })
        return text(`computed for ${given} s`)
      }
      if (declared() && seconds > 0) return asTask((running) => compute(seconds, running))
      return compute(Math.min(seconds, 1), mcpReq) // who can't wait for a task isn't kept waiting
    },
  )
  server.registerTool('failing_job', { description: 'A tool error, later', inputSchema: nothing }, () =>
    asTask(async ({ signal }) => {
      await setTimeout(200, undefined, { signal })
      return { ...text('this job always fails'), isError: true }
    }),
  )
  server.registerTool('protocol_error_job', { description: 'Breaks, later', inputSchema: nothing }, () =>
    asTask(async () => {
      throw new Error('this job always breaks')
    }),
  )
  server.registerTool(
    'confirm_delete',
    { description: 'Asks while it runs', inputSchema: z.object({ filename: z.string() }) },
    ({ filename }) =>
      asTask(async ({ ask }) => {
        const given = acceptedContent({ ...(await ask({ confirm: confirm() })) }, 'confirm')
        return text(given?.confirm === true ? `deleted ${filename}` : `kept ${filename}`)
      }),
  )
  server.registerTool('multi_input', { description: 'Asks two things at once', inputSchema: nothing }, () =>
    asTask(async ({ ask }) => {
      await ask({ first: confirm(), second: confirm() })
      return text('both answered')
    }),
  )
  server.registerTool(
    'test_tool_with_task',
    { description: 'Asks before it becomes a task', inputSchema: nothing },
    (_args, { mcpReq }) => {
      const given = acceptedContent(mcpReq.inputResponses, 'user_name', z.object({ name: z.string() }))
      if (given) return asTask(async () => text(`Hello, ${given.name}!`))
      const user_name = form('What is your name?', { name: { type: 'string' } })
      return inputRequired({ inputRequests: { user_name } })
    },
  )
  addMethods(server, tasks, demand)
}

function addMethods({ server }: McpServer, tasks: Tasks, demand: () => void) {
  const params = z.looseObject({ taskId: z.string() })
  const answers = params.extend({ inputResponses: z.record(z.string(), z.unknown()).optional() })
  server.setRequestHandler('tasks/get', { params }, ({ taskId }) => {
    demand()
    return tasks.describe(taskId)
  })
  server.setRequestHandler('tasks/update', { params: answers }, ({ taskId, inputResponses }, { mcpReq }) => {
    demand()
    tasks.update(taskId, inputResponses ?? mcpReq.inputResponses ?? {})
    return {}
  })
  server.setRequestHandler('tasks/cancel', { params }, ({ taskId }) => {
    demand()
    tasks.cancel(taskId)
    return {}
  })
}
