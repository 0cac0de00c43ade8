// The headers with which a modern client repeats arguments, compared as the server of its era would do it. Servers of the older
// revisions ask for none, so nothing is looked up for a call without them.

import { AppError } from '@gatehouse/errors'
import { paramHeaderPrefix } from '@gatehouse/protocol'
import { compareParamHeaders } from '../../param-headers.ts'
import type { Bridging } from './fail-call.ts'
import type { Request } from './to-legacy.ts'

/** A schema so fresh is not asked for again because a client disagrees with it. */
const recentMs = 5_000

/** @throws AppError header_mismatch */
export async function checkParams(bridging: Bridging, { binding }: Request): Promise<void> {
  const { call, method } = bridging
  const { headers } = call.request
  const { name, argumentsText } = binding
  const repeats = Object.keys(headers).some((header) => header.startsWith(paramHeaderPrefix))
  if (method !== 'tools/call' || name === undefined || !repeats) return
  const schema = await schemaOf(bridging, name)
  if (schema === undefined) return
  try {
    compareParamHeaders(schema, argumentsText, headers)
  } catch (disagrees) {
    const newer = await schemaOf(bridging, name, performance.now() - recentMs)
    if (newer === schema) throw disagrees
    if (newer !== undefined) compareParamHeaders(newer, argumentsText, headers)
  }
}

/** Undefined where it can't be known. */
async function schemaOf(
  { deps, bearer }: Bridging,
  name: string,
  after?: number,
): Promise<string | undefined> {
  try {
    return await deps.lists.schemaOf(bearer.caller, bearer.server, name, after)
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code.startsWith('upstream_')) return undefined
    throw thrown
  }
}
