// JSON bodies: one media type, one limit, no compression (a small body could become a huge one).

import { AppError } from '@gatehouse/errors'
import express, { type Request, type RequestHandler } from 'express'

/** Reads a JSON body into `req.body`; a body of another media type is 415. @param limit for example `1mb` */
export function jsonBody(limit: string): RequestHandler {
  const read = express.json({ limit, inflate: false, strict: true, type: 'application/json' })
  return (req, res, next) => {
    requireJson(req)
    read(req, res, next)
  }
}

/** Looks at the headers only. @throws AppError unsupported_media_type */
export function requireJson(req: Request): void {
  const has = req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0
  if (has && !req.is('application/json')) throw new AppError('unsupported_media_type')
  const charset = /;\s*charset="?([^\s;"]*)/i.exec(req.headers['content-type'] ?? '')?.[1]
  if (has && charset !== undefined && !/^utf-?8$/i.test(charset))
    throw new AppError('unsupported_media_type', { todo: 'Send the body as UTF-8' })
}

/** What the body's reader threw, as ours; undefined where it is none of those. */
export function toBodyError(thrown: unknown): AppError | undefined {
  const type = typeof thrown === 'object' && thrown !== null && 'type' in thrown ? thrown.type : undefined
  switch (type) {
    case 'entity.parse.failed':
      return new AppError('invalid_request_body', {
        todo: 'Send a valid JSON object or array',
        what: 'the body is not valid JSON',
      })
    case 'entity.too.large':
      return new AppError('payload_too_large')
    case 'encoding.unsupported':
      return new AppError('unsupported_media_type', {
        todo: 'Send the body without Content-Encoding',
        what: 'the body is compressed',
      })
    case 'charset.unsupported':
      return new AppError('unsupported_media_type', { todo: 'Send the body as UTF-8' })
    case 'request.size.invalid':
    case 'request.aborted':
      return new AppError('invalid_request_body', { what: 'the body is not as long as its headers say' })
    default:
      return undefined
  }
}
