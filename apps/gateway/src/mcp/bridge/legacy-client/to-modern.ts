// A legacy client's request as a modern server takes it: metadata in `params._meta` and in headers, everything else as it was
// written.

import {
  encodeHeaderText,
  metaClientCapabilities,
  metaClientInfo,
  metaVersion,
  methodHeader,
  modernRevisions,
  nameHeader,
  protocolVersionHeader,
} from '@gatehouse/protocol'
import { rawMember, setMember, withoutMember } from '@gatehouse/upstream'
import type { LegacyClient } from './client.ts'

export const metaLogLevel = 'io.modelcontextprotocol/logLevel'

/** @param logLevel what the client asked for; a modern server logs only where a request names a level */
export function toModern(body: string, client: LegacyClient, logLevel: string | undefined): string {
  const params = rawMember(body, 'params') ?? '{}'
  const given = rawMember(params, '_meta')
  let meta = given?.startsWith('{') ? given : '{}'
  meta = setMember(meta, metaVersion, JSON.stringify(modernRevisions[0]))
  meta = setMember(meta, metaClientCapabilities, JSON.stringify(client.capabilities))
  if (client.clientInfo !== undefined)
    meta = setMember(meta, metaClientInfo, JSON.stringify(client.clientInfo))
  if (logLevel !== undefined) meta = setMember(meta, metaLogLevel, JSON.stringify(logLevel))
  return setMember(body, 'params', setMember(params, '_meta', meta))
}

/** The same request once more, with what the client answered; both texts as they came. */
export function withInput(
  body: string,
  id: string,
  responses: string | undefined,
  state: string | undefined,
): string {
  let params = rawMember(body, 'params') ?? '{}'
  params =
    responses === undefined
      ? withoutMember(params, 'inputResponses')
      : setMember(params, 'inputResponses', responses)
  params =
    state === undefined ? withoutMember(params, 'requestState') : setMember(params, 'requestState', state)
  return setMember(setMember(body, 'id', JSON.stringify(id)), 'params', params)
}

export type Header = readonly [name: string, value: string]

/** The headers that repeat what the body says. */
export const modernHeaders = (method: string, name: string | undefined): Header[] => [
  [protocolVersionHeader, modernRevisions[0]],
  [methodHeader, method],
  ...(name === undefined ? [] : [[nameHeader, encodeHeaderText(name)] as const]),
]
