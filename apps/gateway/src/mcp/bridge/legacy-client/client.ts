// A legacy client as a modern server sees it: what its handshake said, which travels in the session token and with every call.

import type { Bridged, Session } from '../../session-token.ts'

export interface LegacyClient {
  /** Its session token; undefined for a client that never shook hands. */
  readonly token: string | undefined
  /** In the modern form: what goes into `clientCapabilities` of every request. */
  readonly capabilities: Readonly<Record<string, unknown>>
  readonly clientInfo: unknown
}

export const clientOf = (token: string | undefined, session: Session | undefined): LegacyClient => ({
  token,
  capabilities: session?.bridged?.capabilities ?? {},
  clientInfo: session?.bridged?.clientInfo,
})

/** Of each of the two: a token has to fit into a header. */
const maxBytes = 1_024

/** What initialize said, as far as it can cross. Core tasks can't. */
export function describeClient(params: Readonly<Record<string, unknown>>): Bridged {
  const { experimental, sampling, roots, elicitation, extensions } = objectOr(params.capabilities)
  const { [tasksExtension]: _, ...crossing } = objectOr(extensions)
  const known = {
    ...(isObject(roots) && { roots: {} }),
    ...(isObject(sampling) && { sampling }),
    ...(isObject(elicitation) && { elicitation }),
  }
  const all = {
    ...known,
    ...(Object.keys(crossing).length > 0 && { extensions: crossing }),
    ...(isObject(experimental) && { experimental }),
  }
  const info = describeImplementation(params.clientInfo)
  return { capabilities: fits(all) ? all : bare(known), clientInfo: info }
}

/** What is declared, without what is said about it. */
const bare = (declared: Readonly<Record<string, object>>) =>
  Object.fromEntries(
    Object.entries(declared).map(([name, parts]) => [
      name,
      Object.fromEntries(
        ['form', 'url', 'tools', 'context'].filter((part) => part in parts).map((part) => [part, {}]),
      ),
    ]),
  )

export const tasksExtension = 'io.modelcontextprotocol/tasks'

function describeImplementation(info: unknown): unknown {
  if (!isObject(info) || typeof info.name !== 'string' || typeof info.version !== 'string') return undefined
  return fits(info) ? info : { name: info.name.slice(0, 128), version: info.version.slice(0, 64) }
}

const fits = (value: unknown) => Buffer.byteLength(JSON.stringify(value)) <= maxBytes

const objectOr = (value: unknown) => (isObject(value) ? value : {})

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
