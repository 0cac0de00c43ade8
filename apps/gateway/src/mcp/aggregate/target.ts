// Which server a request means, and the request as that server is to get it: its own names and URIs, everything else as it came.

import { AppError } from '@gatehouse/errors'
import { type Era, type Range, readEnvelope } from '@gatehouse/protocol'
import type { ResolvedServer } from '@gatehouse/registry-api/internal'
import { changeAt, rawMember } from '@gatehouse/upstream'
import type { Deps } from '../../deps.ts'
import { authorize } from '../authorize.ts'
import type { Call, Message, Trace } from '../call.ts'
import { connectedFor } from '../connected.ts'
import { type Bearer, bearerOf } from '../session-token.ts'
import { findName, findUri, type NamedKind, serverOfName } from './find-name.ts'
import { checkTasksDeclared, openTaskId, serverOfTask } from './task-ids.ts'

export interface Target {
  readonly bearer: Bearer
  readonly message: Message
  /** The id by which the client knows the task that this is about. */
  readonly task?: string
}

/** Methods that go to one server. */
export type RoutedMethod =
  | 'tools/call'
  | 'prompts/get'
  | 'resources/read'
  | 'completion/complete'
  | 'tasks/get'
  | 'tasks/update'
  | 'tasks/cancel'

/** Tasks of the older revisions are another thing. */
export const isRouted = (method: string, era: Era): method is RoutedMethod =>
  Object.hasOwn(routes, method) && (era === 'modern' || !method.startsWith('tasks/'))

/** @throws AppError unknown_*, denied, invalid_params, connection_required; the failure of a list where a name can't be known without it */
export function targetOf(
  deps: Deps,
  call: Call,
  servers: readonly ResolvedServer[],
  message: Message,
  method: RoutedMethod,
  trace: Trace,
): Promise<Target> {
  return routes[method]({ deps, call, servers, message, trace })
}

interface Routing {
  readonly deps: Deps
  readonly call: Call
  readonly servers: readonly ResolvedServer[]
  readonly message: Message
  readonly trace: Trace
}

const routes: Readonly<Record<RoutedMethod, (routing: Routing) => Promise<Target>>> = {
  'tools/call': (routing) => toNamed(routing, 'tool'),
  'prompts/get': (routing) => toNamed(routing, 'prompt'),
  'resources/read': async (routing) => {
    const { name: exposed, nameRange } = named(routing.message, 'uri')
    const { server, uri } = findUri(exposed, routing.servers)
    const bearer = await enter(routing, server)
    return { bearer, message: renamed(routing.message, nameRange, uri) }
  },
  'completion/complete': async (routing) => {
    const { message, servers, deps } = routing
    const text = message.body.toString('utf8')
    const ref = rawMember(rawMember(text, 'params') ?? '', 'ref') ?? ''
    const exposed = stringMember(ref, 'name')
    if (stringMember(ref, 'type') === 'ref/prompt' && exposed !== undefined) {
      const bearer = await enter(routing, serverOfName(exposed, 'prompt', servers))
      const own = await findName(deps, bearer, exposed, 'prompt')
      return { bearer, message: withRef(message, text, 'name', own) }
    }
    const uri = stringMember(ref, 'uri')
    if (stringMember(ref, 'type') === 'ref/resource' && uri !== undefined) {
      const found = findUri(uri, servers)
      const bearer = await enter(routing, found.server)
      return { bearer, message: withRef(message, text, 'uri', found.uri) }
    }
    throw new AppError('invalid_params', { what: 'params.ref must name a prompt or a resource template' })
  },
  'tasks/get': toTask,
  'tasks/update': toTask,
  'tasks/cancel': toTask,
}

async function toTask(routing: Routing): Promise<Target> {
  const { message, servers, deps } = routing
  checkTasksDeclared(message)
  const { name: task, nameRange } = named(message, 'taskId')
  const bearer = await enter(routing, serverOfTask(task, servers))
  return { bearer, message: renamed(message, nameRange, openTaskId(deps, bearer, task)), task }
}

async function toNamed(routing: Routing, kind: NamedKind): Promise<Target> {
  const { deps, servers, message, trace } = routing
  const { name: exposed, nameRange } = named(message, 'name')
  const bearer = await enter(routing, serverOfName(exposed, kind, servers))
  const name = await findName(deps, bearer, exposed, kind)
  if (kind === 'tool') trace.tool = name
  return { bearer, message: renamed(message, nameRange, name) }
}

/** From here on the record knows the server. */
async function enter(routing: Routing, server: ResolvedServer): Promise<Bearer> {
  const { deps, call, servers, message, trace } = routing
  trace.server = server
  if (server.capture_until_ms !== undefined)
    trace.capture ??= deps.captures.begin(call, server, message.clientBody ?? message.body)
  authorize(call.caller, server, servers)
  trace.decidedAt = performance.now()
  return bearerOf(call.caller, await connectedFor(deps, call, server, message))
}

function named({ envelope: { name, nameRange } }: Message, member: 'name' | 'uri' | 'taskId') {
  if (name === undefined || nameRange === undefined) {
    throw new AppError('invalid_params', { what: `params.${member} must be a string` })
  }
  return { name, nameRange }
}

/** The body with another string in this place, everything else as it came. */
function renamed(message: Message, [start, end]: Range, name: string): Message {
  const parts = [message.body.subarray(0, start), JSON.stringify(name), message.body.subarray(end)]
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
  return withBody(message, body, name)
}

const withRef = (message: Message, text: string, member: string, value: string): Message =>
  withBody(
    message,
    Buffer.from(changeAt(text, ['params', 'ref', member], () => JSON.stringify(value))),
    undefined,
  )

/** Another body: what stands where is read again. */
export function withBody(message: Message, body: Buffer, upstreamName = message.upstreamName): Message {
  return {
    ...message,
    body,
    clientBody: message.clientBody ?? message.body,
    envelope: readEnvelope(body),
    ...(upstreamName !== undefined && { upstreamName }),
  }
}

function stringMember(object: string, name: string): string | undefined {
  const value = rawMember(object, name)
  return value?.startsWith('"') ? (JSON.parse(value) as string) : undefined // it is a string
}
