// What a client wants to hear (subscriptions/listen), read from its request and told to one server.
// https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions#notification-filter

import { AppError } from '@gatehouse/errors'
import { ownUri } from '@gatehouse/protocol'
import type { ListMethod } from '@gatehouse/upstream'
import type { Deps } from '../../deps.ts'
import type { Message } from '../call.ts'
import type { Bearer } from '../session-token.ts'
import { checkTasksDeclared, openTaskId } from './task-ids.ts'

/** The members that ask for changed lists: the notification each brings, and the lists that it is about. */
export const listChanges = {
  toolsListChanged: { notification: 'notifications/tools/list_changed', lists: ['tools/list'] },
  promptsListChanged: { notification: 'notifications/prompts/list_changed', lists: ['prompts/list'] },
  resourcesListChanged: {
    notification: 'notifications/resources/list_changed',
    lists: ['resources/list', 'resources/templates/list'],
  },
} as const satisfies Record<string, { notification: string; lists: readonly ListMethod[] }>

export type ListChange = keyof typeof listChanges

/** As the client writes it. */
export interface Filter {
  readonly lists: readonly ListChange[]
  readonly uris: readonly string[]
  readonly tasks: readonly string[]
}

/** The part of it that one server can fulfil, in the server's own words. */
export interface OwnFilter extends Filter {
  /** Own ids of tasks to those that the client knows. */
  readonly taskIds: ReadonlyMap<string, string>
}

/** More are not acknowledged. */
const maxNamed = 1_000

/** @throws AppError invalid_params; missing_capability for tasks of a client that doesn't declare them */
export function readFilter(message: Message): Filter {
  const { paramsRange } = message.envelope
  const params = paramsRange
    ? (JSON.parse(message.body.toString('utf8', ...paramsRange)) as Object_) // an object: readEnvelope
    : {}
  const given = params.notifications
  if (!isObject(given)) throw invalid('params.notifications must be an object')
  const names = Object.keys(listChanges) as ListChange[] // its own keys
  const tasks = strings(given, 'taskIds')
  if (tasks.length > 0) checkTasksDeclared(message)
  return {
    lists: names.filter((name) => given[name] === true),
    uris: strings(given, 'resourceSubscriptions'),
    tasks,
  }
}

function strings(given: Object_, name: string): readonly string[] {
  const value = given[name] ?? []
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string'))
    throw invalid(`params.notifications.${name} must be an array of strings`)
  return [...new Set<string>(value)].slice(0, maxNamed)
}

export function ownFilter(deps: Pick<Deps, 'states'>, bearer: Bearer, filter: Filter): OwnFilter {
  const { slug } = bearer.server
  const uris = filter.uris.map(ownUri).flatMap((own) => (own?.slug === slug ? [own.uri] : []))
  const taskIds = new Map<string, string>()
  for (const task of filter.tasks) {
    if (!task.startsWith(`${slug}.`)) continue
    try {
      taskIds.set(openTaskId(deps, bearer, task), task)
    } catch {
      // it is none of this caller's: not acknowledged
    }
  }
  return { lists: filter.lists, uris, tasks: [...taskIds.keys()], taskIds }
}

/** As the protocol writes it. */
export const writeFilter = ({ lists, uris, tasks }: Filter): Object_ => ({
  ...Object.fromEntries(lists.map((name) => [name, true])),
  ...(uris.length > 0 && { resourceSubscriptions: uris }),
  ...(tasks.length > 0 && { taskIds: tasks }),
})

type Object_ = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Object_ =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const invalid = (what: string) => new AppError('invalid_params', { what })
