// Which era a message belongs to, decided as the official SDK's classifyInboundRequest does (tested against it); and
// whether headers and body agree. Never a silent fall-back: half a modern request is an error.

import { AppError } from '@gatehouse/errors'
import type { Envelope } from './envelope.ts'
import {
  decodeHeaderText,
  metaVersion,
  methodHeader,
  nameHeader,
  protocolVersionHeader,
  trimHeader,
} from './headers.ts'
import { nameMemberOf } from './methods.ts'
import { type Era, isModern } from './revisions.ts'

/** Header values as Node gives them. */
export type HeaderMap = Readonly<Record<string, string | string[] | undefined>>

const header = (headers: HeaderMap, name: string): string | undefined => {
  const value = headers[name]
  return typeof value === 'string' ? trimHeader(value) : undefined
}

const mismatch = (what: string) => new AppError('header_mismatch', { what })

/** @throws AppError header_mismatch or invalid_params for a message that is neither wholly legacy nor wholly modern */
export function classify(message: Envelope, headers: HeaderMap): Era {
  if (message.kind === 'response') return 'legacy'
  if (message.kind === 'batch') return classifyBatch(message)
  const version = header(headers, protocolVersionHeader)
  const { claim } = message
  if (message.kind === 'notification') return classifyNotification(message, version, headers)
  const modernHeader = version !== undefined && isModern(version)
  if (message.method === 'initialize' && !isValidModernClaim(message)) {
    if (!modernHeader) return 'legacy'
    throw mismatch(`initialize belongs to the older revisions, but MCP-Protocol-Version says ${version}`)
  }
  if (claim === undefined) {
    if (!modernHeader) return 'legacy'
    throw new AppError('invalid_params', {
      what: `MCP-Protocol-Version says ${version}, but params._meta lacks ${message.meta ? metaVersion : 'altogether'}`,
    })
  }
  if (claim.problem !== undefined) throw new AppError('invalid_params', { what: claim.problem })
  compareVersion(claim.version, version)
  compareMethod(message, headers)
  return isModern(claim.version ?? '') ? 'modern' : 'legacy'
}

/**
 * The headers that a modern request must carry, against its body. Notifications were compared while classifying.
 * @throws AppError header_mismatch
 */
export function compareHeaders(message: Envelope, headers: HeaderMap): void {
  if (message.kind !== 'request' || message.method === undefined) return
  if (header(headers, protocolVersionHeader) === undefined)
    throw mismatch('the header MCP-Protocol-Version is missing')
  if (header(headers, methodHeader) === undefined) throw mismatch('the header Mcp-Method is missing')
  const member = nameMemberOf(message.method)
  if (member === undefined) return
  const given = header(headers, nameHeader)
  if (given === undefined) {
    if (message.name === undefined) return
    throw mismatch(`the header Mcp-Name is missing; params.${member} names it`)
  }
  const decoded = decodeHeaderText(given)
  if (decoded === undefined) throw mismatch('the header Mcp-Name is not valid base64')
  if (message.name !== undefined && decoded !== message.name) {
    throw mismatch(`the header Mcp-Name and params.${member} name different things`)
  }
}

function classifyBatch(batch: Envelope): Era {
  for (const message of batch.messages) {
    if (message.claim !== undefined) {
      throw new AppError('invalid_message', {
        what: 'a batch may not hold messages of revision 2026-07-28 or later',
      })
    }
  }
  return 'legacy'
}

function classifyNotification(message: Envelope, version: string | undefined, headers: HeaderMap): Era {
  const { claim } = message
  const claimed = claim?.version
  if (claim !== undefined && claimed === undefined)
    throw new AppError('invalid_params', { what: `${metaVersion} must be a string` })
  compareVersion(claimed, version)
  const effective = claimed ?? version
  if (effective === undefined || !isModern(effective)) return 'legacy'
  compareMethod(message, headers)
  return 'modern'
}

function compareVersion(claimed: string | undefined, version: string | undefined): void {
  if (claimed !== undefined && version !== undefined && version !== claimed)
    throw mismatch(`MCP-Protocol-Version says ${version}, params._meta says ${claimed}`)
}

function compareMethod(message: Envelope, headers: HeaderMap): void {
  const given = header(headers, methodHeader)
  if (given !== undefined && given !== message.method) {
    throw mismatch(`Mcp-Method says ${given}, the body says ${message.method}`)
  }
}

const isValidModernClaim = ({ claim }: Envelope): boolean =>
  claim?.version !== undefined && isModern(claim.version) && claim.problem === undefined
