// Ids of tasks (the extension io.modelcontextprotocol/tasks) at the aggregate endpoint: `{slug}.{sealed}`, where what is sealed is the
// server's own id, so that it opens for this caller at this server only.
// https://modelcontextprotocol.io/extensions/tasks/overview

import { AppError } from '@gatehouse/errors'
import { metaClientCapabilities } from '@gatehouse/protocol'
import type { ResolvedServer } from '@gatehouse/registry-api/internal'
import { changeAt, rawMember } from '@gatehouse/upstream'
import type { Deps } from '../../deps.ts'
import type { Message } from '../call.ts'
import type { Bearer } from '../session-token.ts'

export const tasksExtension = 'io.modelcontextprotocol/tasks'

const bound = { method: 'tasks', name: undefined, argumentsText: undefined } as const

export const sealTaskId = ({ states }: Pick<Deps, 'states'>, bearer: Bearer, own: string): string =>
  `${bearer.server.slug}.${states.seal(bearer, bound, { task: own })}`

/** @throws AppError invalid_params for an id that was not given to this caller, or of a server that is not there any more */
export function serverOfTask(exposed: string, servers: readonly ResolvedServer[]): ResolvedServer {
  const slug = exposed.slice(0, Math.max(0, exposed.indexOf('.')))
  const server = servers.find((one) => one.slug === slug)
  if (server === undefined) throw unknown()
  return server
}

/** The server's own id. @throws AppError invalid_params as serverOfTask */
export function openTaskId({ states }: Pick<Deps, 'states'>, bearer: Bearer, exposed: string): string {
  const state = states.open(exposed.slice(bearer.server.slug.length + 1), bearer, bound)
  if (typeof state === 'object' && state !== null && 'task' in state && typeof state.task === 'string')
    return state.task
  throw unknown()
}

/** @throws AppError missing_capability where the client doesn't declare the extension */
export function checkTasksDeclared({ envelope: { meta } }: Message): void {
  const capabilities = meta?.[metaClientCapabilities]
  const { extensions } = (capabilities ?? {}) as { extensions?: Readonly<Record<string, unknown>> | null } // an object by the era's rules
  if (extensions?.[tasksExtension] !== undefined) return
  const data = { requiredCapabilities: { extensions: { [tasksExtension]: {} } } }
  throw new AppError('missing_capability', { what: `this needs the extension ${tasksExtension}`, data })
}

/** A response with the task's id as the client knows it: the one it asked with, or a new one. */
export function exposeTask(
  deps: Pick<Deps, 'states'>,
  bearer: Bearer,
  asked: string | undefined,
  text: string,
): string {
  if (!mayBeTask.test(text)) return text
  if (asked === undefined && rawMember(rawMember(text, 'result') ?? '{}', 'resultType') !== '"task"')
    return text
  return changeAt(text, ['result', 'taskId'], (own) => {
    const id: unknown = JSON.parse(own)
    return typeof id === 'string' ? JSON.stringify(asked ?? sealTaskId(deps, bearer, id)) : own
  })
}

/** Spelt with escapes or not. */
const mayBeTask = /taskId|\\u/

const unknown = () => new AppError('invalid_params', { what: 'there is no such task' })
