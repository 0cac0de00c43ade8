// What is known of a call before it begins.

import type { ResolvedServer } from '@gatehouse/registry-api/internal'
import type { Trace } from './call.ts'

/** @param method of HTTP, until the message's own is known */
export const newTrace = (method: string, server?: ResolvedServer): Trace => ({
  server,
  method,
  tool: undefined,
  era: 'legacy',
  outcome: 'unknown',
  errorCode: undefined,
  requestBytes: 0,
  responseBytes: 0,
  upstreamStartedAt: undefined,
  upstreamMs: undefined,
  decidedAt: undefined,
  credentialAt: undefined,
  attachedHeaders: [],
  capture: undefined,
})

/** The credential is there: its headers' names, and when that was. */
export function attach(trace: Trace, names: readonly string[]): void {
  trace.credentialAt ??= performance.now()
  trace.attachedHeaders = names
}
