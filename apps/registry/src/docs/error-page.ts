// The page about one error code, for browsers; renderErrorPage of @gatehouse/errors is the same as Markdown.

import { type Code, type CodeRow, codes } from '@gatehouse/errors'
import { type Html, html } from './html.ts'

export function renderErrorHtml(code: Code): Html {
  const { status, todo, what, rpc }: CodeRow = codes[code]
  return html`<header><p><a href="/docs">Gatehouse registry</a></p></header>
<main>
<h1><code>${code}</code></h1>
<p class="faint">HTTP status ${status}${rpc !== undefined && html` · JSON-RPC code ${rpc} at the gateway`}</p>
<h2>What happened</h2>
<p>${capital(what)}.</p>
<h2>What to do</h2>
<p>${todo}.</p>
</main>`
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
