// A workspace as a file, out and in.

import { importQuery, importResult, workspaceFile } from '../workspace-file.ts'
import type { Operation } from './operation.ts'

export const workspaceFileOperations: readonly Operation[] = [
  {
    id: 'exportWorkspace',
    method: 'get',
    path: '/v1/export',
    tag: 'Workspace',
    summary: 'Export what is set up in the workspace',
    description: 'Without secrets and ids. The same state gives the same bytes. Needs a key of all servers.',
    permission: 'settings:manage',
    answers: { 200: { description: 'The workspace as a file', schema: workspaceFile } },
    codes: [],
  },
  {
    id: 'importWorkspace',
    method: 'post',
    path: '/v1/import',
    tag: 'Workspace',
    summary: 'Import a file that was exported',
    description:
      'Makes and changes servers, found by their slugs; deletes nothing and touches no secret. A file with a mistake is refused as a whole, with every mistake in `mistakes`. Importing what was just exported changes nothing. Needs a key of all servers.',
    permission: 'settings:manage',
    query: importQuery,
    body: workspaceFile,
    answers: { 200: { description: 'What was done, or for a dry run what would be', schema: importResult } },
    codes: ['import_invalid', 'import_conflict', 'revocation_pending'],
  },
]
