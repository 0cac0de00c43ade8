// What the aggregate endpoint says of itself: to legacy clients by initialize, to modern ones by server/discover.

import { legacyRevisions, metaServerInfo, modernRevisions } from '@gatehouse/protocol'
import { version } from '../../version.ts'
import { tasksExtension } from './task-ids.ts'

const serverInfo = { name: 'gatehouse', title: 'Gatehouse', version }
const capabilities = { tools: {}, prompts: {}, resources: {}, completions: {} }
const modernCapabilities = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  completions: {},
  logging: {},
  extensions: { [tasksExtension]: {} },
}
const instructions =
  'Several servers behind one endpoint. The part of a name before the first two underscores is the server, and so is the part of a resource URI before its first plus.'

/** How long a client may keep what server/discover said. */
const discoverTtlMs = 3_600_000

/** Members of every modern result that is complete. */
export const modernMembers = { resultType: 'complete', _meta: { [metaServerInfo]: serverInfo } } as const

/** What we are to modern servers where no client stands behind a request. */
export const ourselves = { token: undefined, capabilities: {}, clientInfo: serverInfo } as const

/** The result of initialize: the client's own version where we know it, else our newest. */
export function initializeResult(requested: string | undefined) {
  const known: readonly string[] = legacyRevisions
  const protocolVersion =
    requested !== undefined && known.includes(requested) ? requested : legacyRevisions[0]
  return { protocolVersion, capabilities, serverInfo, instructions }
}

export const discoverResult = {
  ...modernMembers,
  supportedVersions: modernRevisions,
  capabilities: modernCapabilities,
  instructions,
  ttlMs: discoverTtlMs,
  cacheScope: 'private',
} as const
