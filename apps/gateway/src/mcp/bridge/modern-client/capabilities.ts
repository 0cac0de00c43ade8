// Which capabilities cross between a modern client and a legacy server, in both directions; what can't is not declared.

import { type Envelope, metaClientCapabilities } from '@gatehouse/protocol'

type Capabilities = Readonly<Record<string, unknown>>

/** Of what a session is opened with; beyond that only what the protocol itself knows crosses. */
const maxLength = 4_096

/** Core tasks and the tasks extension are different things: neither can be made of the other. */
const tasks = 'io.modelcontextprotocol/tasks'

/** What the client said of itself in `_meta`, as a legacy handshake declares it: without tasks, and without promises of news. */
export function clientCapabilities({ meta }: Envelope): Capabilities {
  const { tasks: _, roots, extensions, ...rest } = objectOr(meta?.[metaClientCapabilities])
  const all = { ...rest, ...(isObject(roots) && { roots: {} }), ...crossing(extensions) }
  if (JSON.stringify(all).length <= maxLength) return all
  const { elicitation, sampling } = rest
  const part = (value: unknown, names: readonly string[]) =>
    isObject(value) &&
    Object.fromEntries(names.filter((name) => isObject(value[name])).map((name) => [name, {}]))
  const [asks, samples] = [part(elicitation, ['form', 'url']), part(sampling, ['tools', 'context'])]
  return {
    ...(asks && { elicitation: asks }),
    ...(samples && { sampling: samples }),
    ...(isObject(roots) && { roots: {} }),
  }
}

/** What the server said in its handshake, as far as a modern client can use it. */
export function serverCapabilities(declared: unknown): Capabilities {
  const { tasks: _, extensions, ...rest } = objectOr(declared)
  return { ...rest, ...crossing(extensions) }
}

function crossing(extensions: unknown): { extensions?: Capabilities } {
  const { [tasks]: _, ...others } = objectOr(extensions)
  return Object.keys(others).length > 0 ? { extensions: others } : {}
}

/** True where the server declares `part.flag`, such as `tools.listChanged`. */
export const offers = (declared: unknown, part: string, flag: string): boolean =>
  objectOr(objectOr(declared)[part])[flag] === true

export const objectOr = (value: unknown): Capabilities => (isObject(value) ? value : {})

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
