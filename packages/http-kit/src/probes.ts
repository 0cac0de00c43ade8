// What balancers and monitoring ask, on any Host: is it alive, may it get requests, which version, how much.

import { Router } from 'express'
import type { Registry } from 'prom-client'

export interface Probed {
  readonly version: string
  readonly metrics: Pick<Registry, 'metrics' | 'contentType'>
  /** Why no request should come here now; undefined: ready. */
  notReady(): Promise<string | undefined>
}

/** `/health` (the process answers), `/ready` (503 with a reason, else 200), `/metrics` (Prometheus), `/version`. */
export function probes(probed: Probed): Router {
  const router = Router()
  router.get('/health', (_req, res) => void res.json({ status: 'ok' }))
  router.get('/ready', async (_req, res) => {
    const reason = await probed.notReady()
    res.status(reason === undefined ? 200 : 503)
    res.json(reason === undefined ? { status: 'ready' } : { status: 'not ready', reason })
  })
  router.get('/version', (_req, res) => void res.json({ version: probed.version }))
  router.get('/metrics', async (_req, res) => {
    const text = await probed.metrics.metrics()
    res.setHeader('Content-Type', probed.metrics.contentType)
    res.end(text)
  })
  return router
}
