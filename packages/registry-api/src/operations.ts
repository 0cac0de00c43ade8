// The public operations: what each takes, what it answers, with which errors. openapi.ts describes them to others; the
// registry's tests hold live answers to them.

import { keyOperations } from './operations/api-keys.ts'
import { auditOperations } from './operations/audit.ts'
import { callOperations } from './operations/calls.ts'
import { captureOperations } from './operations/capture.ts'
import { connectionOperations } from './operations/connections.ts'
import { healthOperations } from './operations/health.ts'
import { knownServerOperations } from './operations/known-servers.ts'
import { memberOperations } from './operations/members.ts'
import { oauthOperations } from './operations/oauth.ts'
import type { Operation } from './operations/operation.ts'
import { peopleOperations } from './operations/people.ts'
import { probeOperations } from './operations/probe.ts'
import { serverSettingsOperations } from './operations/server-settings.ts'
import { serverOperations } from './operations/servers.ts'
import { settingsOperations } from './operations/settings.ts'
import { toolOperations } from './operations/tools.ts'
import { usageOperations } from './operations/usage.ts'
import { workspaceFileOperations } from './operations/workspace-file.ts'

export { type Answer, failures, type Operation } from './operations/operation.ts'

export const operations: readonly Operation[] = [
  ...serverOperations,
  ...serverSettingsOperations,
  ...healthOperations,
  ...probeOperations,
  ...knownServerOperations,
  ...toolOperations,
  ...oauthOperations,
  ...connectionOperations,
  ...keyOperations,
  ...callOperations,
  ...captureOperations,
  ...usageOperations,
  ...auditOperations,
  ...memberOperations,
  ...settingsOperations,
  ...peopleOperations,
  ...workspaceFileOperations,
]
