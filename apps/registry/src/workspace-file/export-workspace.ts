// The workspace as a file: the members of each object in one order, servers by slug, nothing of the moment.

import { type WorkspaceFile, workspaceFileVersion } from '@gatehouse/registry-api'
import type { Deps } from '../deps.ts'
import { readServers } from './read-servers.ts'

export async function exportWorkspace(deps: Deps, workspaceId: string): Promise<string> {
  const servers = await deps.db.patient.inWorkspace(workspaceId, (tx) => readServers(tx, workspaceId))
  const file: WorkspaceFile = {
    format: 'gatehouse-workspace',
    version: workspaceFileVersion,
    servers: servers.map((one) => one.file),
  }
  return `${JSON.stringify(file, null, 2)}\n`
}
