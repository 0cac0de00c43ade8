// The documentation of errors, at the addresses that every error names.

import { type Code, codes, renderErrorPage } from '@gatehouse/errors'
import express, { type Router } from 'express'

export function docsRoutes(): Router {
  const router = express.Router()
  router.get('/errors/:code', (req, res, next) => {
    const { code } = req.params
    if (!Object.hasOwn(codes, code)) return next()
    res.type('text/markdown').send(renderErrorPage(code as Code)) // a key of the table, as was just checked
  })
  return router
}
