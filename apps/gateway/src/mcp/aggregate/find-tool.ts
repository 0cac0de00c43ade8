// From the name that a client calls to the server and the tool's own name there.

import { AppError } from '@gatehouse/errors'
import { type Era, exposedName, slugOf } from '@gatehouse/protocol'
import type { ResolvedServer } from '@gatehouse/registry-api/internal'
import type { Deps } from '../../deps.ts'
import type { Call } from '../call.ts'

/** A list so fresh is not fetched again for a name that it lacks. */
const recentMs = 5_000

/** @throws AppError unknown_tool where none of the caller's servers has this prefix */
export function serverOf(exposed: string, servers: readonly ResolvedServer[]): ResolvedServer {
  const slug = slugOf(exposed)
  const server = servers.find((one) => one.slug === slug)
  if (server === undefined) throw unknown(exposed)
  return server
}

export interface Found {
  readonly name: string
  /** Undefined where the server could not be asked. */
  readonly era: Era | undefined
}

/**
 * Looks the name up in the server's list, fetched again where it isn't there. A server whose list can't be had is still
 * called where the name was not changed: its own answer then says more than we could.
 * @throws AppError unknown_tool; the list's failure where the name can't be known without it
 */
export async function findTool(
  deps: Deps,
  call: Call,
  server: ResolvedServer,
  exposed: string,
): Promise<Found> {
  try {
    const now = performance.now()
    let tools = await deps.toolLists.get(call.caller, server)
    if (!tools.names.has(exposed)) tools = await deps.toolLists.get(call.caller, server, now - recentMs)
    const name = tools.names.get(exposed)
    if (name === undefined) throw unknown(exposed)
    return { name, era: tools.era }
  } catch (error) {
    if (!(error instanceof AppError) || !isUpstreamFault(error)) throw error
    const name = exposed.slice(server.slug.length + 2)
    if (/_[0-9a-f]{8}$/.test(exposed) || exposedName(server.slug, name) !== exposed) throw error
    return { name, era: undefined }
  }
}

const isUpstreamFault = ({ code }: AppError) => code.startsWith('upstream_')

const unknown = (name: string) =>
  new AppError('unknown_tool', { what: `Unknown tool: ${name.slice(0, 128)}` })
