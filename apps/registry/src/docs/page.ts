// The frame of a page of the documentation. Nothing in it comes from elsewhere, and no script runs.

import type { Response } from 'express'
import { type Html, html } from './html.ts'

export const styleSheet = '/docs/style.css'

const policy =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

export function sendPage(res: Response, title: string, body: Html): void {
  res.setHeader('Content-Security-Policy', policy)
  res.setHeader('Referrer-Policy', 'no-referrer')
  res.type('html').send(
    html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="stylesheet" href="${styleSheet}">
</head>
<body>
${body}
</body>
</html>
`.text,
  )
}
