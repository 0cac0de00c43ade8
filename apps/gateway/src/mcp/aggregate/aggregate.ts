// Placeholder that the aggregate's author replaces.
import { AppError } from '@gatehouse/errors'
import type { ResolvedServer } from '@gatehouse/registry-api/internal'
import type { Deps } from '../../deps.ts'
import type { Call } from '../call.ts'

export async function aggregate(
  _deps: Deps,
  _call: Call,
  _servers: readonly ResolvedServer[],
): Promise<void> {
  throw new AppError('not_found')
}
