// What a client wants to hear (subscriptions/listen), read from its request and told to one server.
// https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions#notification-filter

import { AppError } from '@gatehouse/errors'
import { ownUri } from '@gatehouse/protocol'
import type { ListMethod } from '@gatehouse/upstream'
import type { Message } from '../call.ts'

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

export interface Filter {
  readonly lists: readonly ListChange[]
  /** As the aggregate endpoint writes them, or a server's own: `own` tells which. */
  readonly uris: readonly string[]
}

/** More are not acknowledged. */
const maxUris = 1_000

/** @throws AppError invalid_params */
export function readFilter({ body, envelope: { paramsRange } }: Message): Filter {
  const params = paramsRange ? (JSON.parse(body.toString('utf8', ...paramsRange)) as Object_) : {} // an object: readEnvelope
  const given = params.notifications
  if (!isObject(given)) throw invalid('params.notifications must be an object')
  const { resourceSubscriptions: uris = [] } = given
  if (!Array.isArray(uris) || !uris.every((uri) => typeof uri === 'string'))
    throw invalid('params.notifications.resourceSubscriptions must be an array of strings')
  const names = Object.keys(listChanges) as ListChange[] // its own keys
  return {
    lists: names.filter((name) => given[name] === true),
    uris: [...new Set<string>(uris)].slice(0, maxUris),
  }
}

/** The part of it that a server with this slug can fulfil, in its own URIs. */
export function filterFor(slug: string, { lists, uris }: Filter): Filter {
  const own = uris.map(ownUri).filter((uri) => uri?.slug === slug)
  return { lists, uris: own.map((uri) => uri?.uri ?? '') }
}

/** As the protocol writes it. */
export const writeFilter = ({ lists, uris }: Filter): Readonly<Record<string, unknown>> => ({
  ...Object.fromEntries(lists.map((name) => [name, true])),
  ...(uris.length > 0 && { resourceSubscriptions: uris }),
})

type Object_ = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Object_ =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const invalid = (what: string) => new AppError('invalid_params', { what })
