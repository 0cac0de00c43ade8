// Tasks of the extension io.modelcontextprotocol/tasks: what runs after its call was answered, and is asked about by id.
// task-tools.ts starts them.

import { randomUUID } from 'node:crypto'
import {
  type CallToolResult,
  type InputRequests,
  ProtocolError,
  ProtocolErrorCode,
} from '@modelcontextprotocol/server'

/** What a running task may do. */
export interface Running {
  readonly signal: AbortSignal
  /** Waits until the client has answered all of these. */
  ask(questions: InputRequests): Promise<Readonly<Record<string, unknown>>>
}

interface Task {
  readonly stop: AbortController
  readonly createdAt: string
  lastUpdatedAt: string
  state:
    | { readonly status: 'working' | 'cancelled' }
    | { readonly status: 'completed'; readonly result: CallToolResult }
    | { readonly status: 'failed'; readonly error: { readonly code: number; readonly message: string } }
    | { readonly status: 'input_required'; readonly inputRequests: InputRequests }
  answer(responses: Readonly<Record<string, unknown>>): void
}

export type Tasks = ReturnType<typeof createTasks>

export function createTasks() {
  const tasks = new Map<string, Task>()

  function find(taskId: string): Task {
    const task = tasks.get(taskId)
    if (!task) throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'Unknown task')
    return task
  }

  function change(task: Task, state: Task['state']) {
    if (task.state.status !== 'working' && task.state.status !== 'input_required') return // it is over
    task.state = state
    task.lastUpdatedAt = new Date().toISOString()
  }

  const ask = (task: Task, questions: InputRequests) =>
    new Promise<Readonly<Record<string, unknown>>>((resolve) => {
      const answers: Record<string, unknown> = {}
      task.answer = (responses) => {
        for (const key of Object.keys(questions)) if (key in responses) answers[key] = responses[key]
        const left = Object.entries(questions).filter(([key]) => !(key in answers))
        if (left.length > 0)
          return change(task, { status: 'input_required', inputRequests: Object.fromEntries(left) })
        change(task, { status: 'working' })
        resolve(answers)
      }
      change(task, { status: 'input_required', inputRequests: questions })
    })

  return {
    /** Starts one; a result with `isError` completes it, a thrown error makes it fail. */
    start(run: (running: Running) => Promise<CallToolResult>): string {
      const taskId = randomUUID()
      const now = new Date().toISOString()
      const task: Task = {
        stop: new AbortController(),
        createdAt: now,
        lastUpdatedAt: now,
        state: { status: 'working' },
        answer: () => undefined,
      }
      tasks.set(taskId, task)
      run({ signal: task.stop.signal, ask: (questions) => ask(task, questions) }).then(
        (result) => change(task, { status: 'completed', result }),
        (error: Error) => change(task, { status: 'failed', error: { code: -32603, message: error.message } }),
      )
      return taskId
    },
    /** As tasks/get answers, and without its result as the call that started it. */
    describe(taskId: string) {
      const { createdAt, lastUpdatedAt, state } = find(taskId)
      return { taskId, createdAt, lastUpdatedAt, ttlMs: 600_000, pollIntervalMs: 200, ...state }
    },
    update: (taskId: string, responses: Readonly<Record<string, unknown>>) => find(taskId).answer(responses),
    cancel(taskId: string) {
      const task = find(taskId)
      change(task, { status: 'cancelled' })
      task.stop.abort()
    },
    /** Stops what runs. */
    close() {
      for (const { stop } of tasks.values()) stop.abort()
    },
  }
}
