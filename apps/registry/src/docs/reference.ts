// The page /docs: every operation as a person reads it, from the same table as the OpenAPI document.

import { type Code, codes } from '@gatehouse/errors'
import { failures, type Operation, operations } from '@gatehouse/registry-api'
import { z } from 'zod'
import { type Html, html } from './html.ts'

/** @param publicUrl the registry's public address, without a trailing slash */
export function renderReference(publicUrl: string, version: string): Html {
  const tags = Map.groupBy(operations, ({ tag }) => tag)
  return html`<header>
<h1>Gatehouse registry</h1>
<p class="faint">Version ${version} · <a href="/openapi.json">OpenAPI 3.1</a></p>
</header>
<main>
<p>Send an API key as <code>X-Api-Key</code> or <code>Authorization: Bearer</code>. Bodies are JSON both ways.
Without a key the answer is 401, with one that is not good or lacks the permission 403; every other error names its
code, and its <code>type</code> is the address of the page about it.</p>
<pre><code>curl ${publicUrl}/v1/deepagents/mcp-servers -H "X-Api-Key: $GATEHOUSE_API_KEY"</code></pre>
<nav aria-label="Operations">${[...tags].map(
    ([tag, list]) => html`<h2>${tag}</h2>
<ul>${list.map(({ id, summary }) => html`<li><a href="#${id}">${summary}</a></li>`)}</ul>`,
  )}</nav>
${[...tags].map(([tag, list]) => html`<section aria-label="${tag}"><h2>${tag}</h2>${list.map(renderOperation)}</section>`)}
<h2>Error codes</h2>
<ul>${Object.keys(codes).map((code) => html`<li><a href="/errors/${code}">${code}</a></li>`)}</ul>
</main>`
}

function renderOperation(operation: Operation): Html {
  const { id, method, path, summary, description, permission, params, query, body, answers } = operation
  return html`<article class="operation" id="${id}">
<h3>${summary}</h3>
<p class="address"><code><b>${method}</b> ${path}</code></p>
${description && html`<p>${description}</p>`}
${permission && html`<p class="faint">Needs <code>${permission}</code>.</p>`}
${params && fields('Path', params, 'input')}
${query && fields('Query', query, 'input')}
${body && fields('Body', body, 'input')}
${Object.entries(answers).map(([status, answer]) =>
  answer.schema
    ? fields(`${status} · ${answer.description}`, answer.schema, 'output')
    : html`<p>${status} · ${answer.description}</p>`,
)}
<details><summary>Errors</summary><ul>
${permission !== undefined && html`<li>401, 403 · the key is missing, or not good for this</li>`}
${[...failures(operation)]
  .sort(byStatus)
  .map(
    (code) =>
      html`<li>${codes[code].status} · <a href="/errors/${code}">${code}</a>: ${codes[code].what}</li>`,
  )}
</ul></details>
</article>`
}

const byStatus = (a: Code, b: Code) => codes[a].status - codes[b].status

type Schema = z.core.JSONSchema.BaseSchema

function fields(title: string, schema: z.ZodType, io: 'input' | 'output'): Html {
  const whole = z.toJSONSchema(schema, { io })
  const item = whole.type === 'array' && typeof whole.items === 'object' ? whole.items : whole
  const { properties = {}, required = [] } = item as Schema // `items` of one of our lists is a single schema
  const rows = Object.entries(properties).map(
    ([name, member]) => html`<tr><td><code>${name}</code></td><td>${kind(member)}</td>
<td class="faint">${required.includes(name) ? (io === 'input' ? 'required' : '') : 'optional'}</td></tr>`,
  )
  const many = item === whole ? '' : ', an array of'
  return html`<details><summary>${title}${many}</summary><div class="scroll"><table>
<thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Presence</th></tr></thead>
<tbody>${rows}</tbody></table></div></details>`
}

/** A schema in a few words: `string (uuid)`, `one of …`, `array of …`. */
function kind(schema: z.core.JSONSchema._JSONSchema): string {
  if (typeof schema === 'boolean') return 'any'
  if (schema.anyOf) return schema.anyOf.map(kind).join(' or ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' or ')
  if (schema.type === 'array' && typeof schema.items === 'object')
    return `array of ${kind(schema.items as Schema)}` // no tuples in our schemas
  const type = Array.isArray(schema.type) ? schema.type.join(' or ') : (schema.type ?? 'any')
  return schema.format === undefined ? type : `${type} (${schema.format})`
}
