// The one decision: may this caller send this message to this server. Deny by default; called once per call, after the message
// was read and before the credential is resolved.

import { AppError } from '@gatehouse/errors'
import type { ResolvedCaller, ResolvedServer } from '@gatehouse/registry-api/internal'

/** @throws AppError denied */
export function authorize(
  caller: ResolvedCaller,
  server: ResolvedServer,
  known: readonly ResolvedServer[],
): void {
  const mayInvoke = caller.permissions.includes('mcp-servers:invoke')
  if (!mayInvoke || !known.includes(server)) throw new AppError('denied')
}
