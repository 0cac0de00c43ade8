// How long a server may take to begin its answer.

import type { ResolvedServer } from '@gatehouse/registry-api/internal'
import type { Deps } from '../../deps.ts'

/** In ms. */
export const patienceMs = ({ config }: Deps, server: ResolvedServer, method: string): number =>
  method === 'tools/call'
    ? (server.call_timeout_ms ?? config.GATEHOUSE_CALL_TIMEOUT_MS)
    : config.GATEHOUSE_FIRST_BYTE_TIMEOUT_MS
