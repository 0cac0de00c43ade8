// /v1/export and /v1/import: check the permission, read, act, answer.

import { AuthError } from '@gatehouse/errors'
import { importQuery, maxWorkspaceFileBytes } from '@gatehouse/registry-api'
import express, { type Request, type Response, type Router } from 'express'
import { type Actor, requirePermission } from '../actor.ts'
import { withActor } from '../authenticate.ts'
import { jsonBody } from '../body.ts'
import type { Deps } from '../deps.ts'
import { parseQuery } from '../parse.ts'
import { exportWorkspace } from './export-workspace.ts'
import { importWorkspace } from './import-workspace.ts'
import { parseFile } from './parse-file.ts'

export const importPath = '/v1/import'

export function workspaceFileRoutes(deps: Deps): Router {
  const router = express.Router()
  const readFile = jsonBody(String(maxWorkspaceFileBytes))
  router.get(
    '/v1/export',
    withActor(deps, async ({ actor }, _req, res) => {
      requireWhole(actor)
      const text = await exportWorkspace(deps, actor.workspaceId)
      res.attachment('gatehouse-workspace.json').type('application/json').send(text)
    }),
  )
  router.post(
    importPath,
    withActor(deps, async (call, req, res) => {
      requireWhole(call.actor)
      const query = parseQuery(importQuery, req.query)
      const file = parseFile(await read(readFile, req, res))
      res.json(await importWorkspace(deps, call, file, query))
    }),
  )
  return router
}

/** @throws AuthError */
function requireWhole(actor: Actor): void {
  requirePermission(actor, 'settings:manage')
  if (actor.servers !== null) throw new AuthError(403, 'the key is for some servers only')
}

const read = (readFile: ReturnType<typeof jsonBody>, req: Request, res: Response) =>
  new Promise<unknown>((resolve, reject) => {
    void readFile(req, res, (error?: unknown) => (error === undefined ? resolve(req.body) : reject(error)))
  })
