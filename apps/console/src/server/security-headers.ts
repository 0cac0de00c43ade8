// What every answer of the console carries: a policy by nonce, nobody frames us, nothing is kept.

import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * Sets the headers of the answer. The nonce goes to the renderer in the request's own headers (whatever the client sent there
 * is overwritten): Next reads it from the policy, the layout from `x-nonce`.
 */
export function setSecurityHeaders(req: IncomingMessage, res: ServerResponse, https: boolean): void {
  const nonce = randomBytes(18).toString('base64')
  const policy = policyOf(nonce)
  req.headers['x-nonce'] = nonce
  req.headers['content-security-policy'] = policy
  res.setHeader('Content-Security-Policy', policy)
  res.setHeader('X-Content-Type-Options', 'nosniff')
  res.setHeader('X-Frame-Options', 'DENY')
  res.setHeader('Referrer-Policy', 'same-origin')
  res.setHeader('Cross-Origin-Opener-Policy', 'same-origin')
  res.setHeader('Cross-Origin-Resource-Policy', 'same-origin')
  res.setHeader('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=()')
  if (https) res.setHeader('Strict-Transport-Security', 'max-age=31536000')
  // Built files have their content in their name and are the only thing that may be kept.
  if (!req.url?.startsWith('/_next/static/')) res.setHeader('Cache-Control', 'no-store')
}

/** Only style attributes may be inline: server-rendered components carry them. */
const policyOf = (nonce: string) =>
  [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    // Threads of our own pages, which judge what strangers wrote.
    "worker-src 'self'",
    "connect-src 'self'",
    "font-src 'self'",
    "img-src 'self' data:",
    // Sounds that a tool answered with, as pictures are.
    'media-src data:',
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
