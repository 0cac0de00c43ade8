// The workspace as a file: the members of each object in one order, servers by slug, nothing of the moment.

import { type WorkspaceFile, workspaceFileVersion } from '@gatehouse/registry-api'
import type { Deps } from '../deps.ts'
import { findKeeping } from '../settings/settings.ts'
import { readServers } from './read-servers.ts'

export async function exportWorkspace(deps: Deps, workspaceId: string): Promise<string> {
  const { servers, settings } = await deps.db.patient.inWorkspace(workspaceId, async (tx) => ({
    servers: await readServers(tx, workspaceId),
    settings: await findKeeping(tx, workspaceId),
  }))
  const file: WorkspaceFile = {
    format: 'gatehouse-workspace',
    version: workspaceFileVersion,
    settings,
    servers: servers.map((one) => one.file),
  }
  return `${JSON.stringify(file, null, 2)}\n`
}
