// What a server's answer is judged by before it is read: how long it may take to begin, and whether its status is one of a wrong era.

import type { ResolvedServer } from '@gatehouse/registry-api/internal'
import type { Deps } from '../../deps.ts'

/** In ms. */
export const patienceMs = ({ config }: Deps, server: ResolvedServer, method: string): number =>
  method === 'tools/call'
    ? (server.call_timeout_ms ?? config.GATEHOUSE_CALL_TIMEOUT_MS)
    : config.GATEHOUSE_FIRST_BYTE_TIMEOUT_MS

/** What a server of the other era might say to a modern request; one of this era says it too. */
export const mayBeOtherEra = (status: number): boolean => [400, 404, 405, 406].includes(status)
