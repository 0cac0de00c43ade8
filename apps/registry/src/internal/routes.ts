// What only gateways may ask, on the internal listener: see internal.ts of packages/registry-api for the shapes.

import {
  callRecordsRequest,
  capturedCallsRequest,
  changeNotesRequest,
  collectSessionsRequest,
  credentialsRequest,
  endSessionRequest,
  forgetSessionRequest,
  openSessionRequest,
  putSessionRequest,
  type RenewAnswer,
  readNotesRequest,
  refusedRequest,
  renewRequest,
  resolveRequest,
  returnRequest,
} from '@gatehouse/registry-api/internal'
import express, { type Router } from 'express'
import { z } from 'zod'
import { jsonBody } from '../body.ts'
import { keepCaptured } from '../capture/keep-captured.ts'
import type { Deps } from '../deps.ts'
import { parseBody, parseId, parseQuery } from '../parse.ts'
import { authenticateGateway } from './authenticate-gateway.ts'
import { recordCalls } from './call-records.ts'
import { streamChanges } from './changes-stream.ts'
import { collectSessions } from './collect-sessions.ts'
import { createCredentials } from './credentials.ts'
import { endSession } from './end-session.ts'
import { readPeers } from './gateway-addresses.ts'
import { resolve } from './resolve.ts'
import { changeNotes, readNotes } from './session-notes.ts'
import { forgetSession, openSession, putSession } from './upstream-sessions.ts'

const changesQuery = z.object({ address: z.url().optional(), version: z.string().max(64).optional() })

export function internalRoutes(deps: Deps): Router {
  const router = express.Router()
  const credentials = createCredentials(deps)
  router.use('/internal', authenticateGateway(deps.config.GATEWAY_TOKENS))
  // A full batch of call records is a few megabytes.
  router.use('/internal', jsonBody('16mb'))
  router.post('/internal/resolve', async (req, res) => {
    res.json(await resolve(deps, parseBody(resolveRequest, req.body)))
  })
  router.post('/internal/credentials', async (req, res) => {
    res.set('Cache-Control', 'no-store')
    res.json(await credentials.find(parseBody(credentialsRequest, req.body)))
  })
  router.post('/internal/credentials/refused', async (req, res) => {
    res.set('Cache-Control', 'no-store')
    res.json(await credentials.refused(parseBody(refusedRequest, req.body)))
  })
  router.get('/internal/changes', async (req, res) => {
    const { address, version } = parseQuery(changesQuery, req.query)
    const id = parseId(req.query.gateway_id, 'gateway_id')
    await streamChanges(deps, { id, address, version }, res)
  })
  router.get('/internal/peers', async (_req, res) => {
    res.json(await readPeers(deps.db))
  })
  router.post('/internal/lease/renew', async (req, res) => {
    const { gateway_id, revision } = parseBody(renewRequest, req.body)
    const gateways = await deps.leases.renew(gateway_id, revision)
    res.json({ lease_ms: gateways > 0 ? deps.leases.lengthMs : null, gateways } satisfies RenewAnswer)
  })
  router.post('/internal/lease/return', async (req, res) => {
    await deps.leases.giveBack(parseBody(returnRequest, req.body).gateway_id)
    res.status(204).end()
  })
  router.post('/internal/call-records', async (req, res) => {
    // Names come from clients: toRow cleans them, so that one odd name costs nobody else a record.
    const { records } = parseBody(callRecordsRequest, req.body, { anyText: true })
    await recordCalls(deps, records)
    res.status(202).end()
  })
  router.post('/internal/captured-calls', async (req, res) => {
    // Sealed, whatever it is.
    await keepCaptured(deps, parseBody(capturedCallsRequest, req.body, { anyText: true }).calls)
    res.status(202).end()
  })
  router.post('/internal/ended-sessions', async (req, res) => {
    await endSession(deps, parseBody(endSessionRequest, req.body))
    res.status(204).end()
  })
  router.post('/internal/session-notes/read', async (req, res) => {
    res.json(await readNotes(deps, parseBody(readNotesRequest, req.body)))
  })
  router.post('/internal/session-notes/change', async (req, res) => {
    // Stored as JSON text, which spells every character.
    res.json(await changeNotes(deps, parseBody(changeNotesRequest, req.body, { anyText: true })))
  })
  router.post('/internal/upstream-sessions/open', async (req, res) => {
    res.json(await openSession(deps, parseBody(openSessionRequest, req.body)))
  })
  router.post('/internal/upstream-sessions/put', async (req, res) => {
    // What a server says of itself is stored sealed, whatever it is.
    res.json(await putSession(deps, parseBody(putSessionRequest, req.body, { anyText: true })))
  })
  router.post('/internal/upstream-sessions/forget', async (req, res) => {
    await forgetSession(deps, parseBody(forgetSessionRequest, req.body))
    res.status(204).end()
  })
  router.post('/internal/upstream-sessions/collect', async (req, res) => {
    res.json(await collectSessions(deps, parseBody(collectSessionsRequest, req.body)))
  })
  return router
}
