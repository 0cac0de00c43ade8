// What the registry says about itself: the OpenAPI document, the same for people, and a page for every error code.

import { readFileSync } from 'node:fs'
import { AppError, type Code, codes, renderErrorPage } from '@gatehouse/errors'
import { openApi } from '@gatehouse/registry-api'
import express, { type Router } from 'express'
import type { Deps } from '../deps.ts'
import { version } from '../readiness.ts'
import { renderErrorHtml } from './error-page.ts'
import { sendPage, styleSheet } from './page.ts'
import { renderReference } from './reference.ts'

export function docsRoutes(deps: Pick<Deps, 'config'>): Router {
  const router = express.Router()
  const document = whenAsked(() => openApi(deps.config.PUBLIC_URL, version))
  const reference = whenAsked(() => renderReference(deps.config.PUBLIC_URL, version))
  const css = readFileSync(new URL('./style.css', import.meta.url))
  router.get('/openapi.json', (_req, res) => void res.json(document()))
  router.get('/docs', (_req, res) => sendPage(res, 'Gatehouse registry', reference()))
  router.get(styleSheet, (_req, res) => void res.type('css').send(css))
  router.get('/errors/:code', (req, res) => {
    const { code } = req.params
    if (!isCode(code)) throw new AppError('not_found', { what: 'no error has this code' })
    res.vary('Accept')
    if (req.accepts(['text/markdown', 'text/html']) === 'text/html')
      sendPage(res, code, renderErrorHtml(code))
    else res.type('text/markdown').send(renderErrorPage(code))
  })
  return router
}

/** Made once, and not at the start: all schemas of the contract are described for it. */
function whenAsked<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

const isCode = (text: string): text is Code => Object.hasOwn(codes, text)
