// What a start prints when everything is ready.

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { node, root } from '../lib/paths.mjs'

/** The URLs, the one-time link and a client snippet. */
export function welcome(facts, { sampleUrl, devFile }) {
  const [claude, curl] = snippets(`${facts.gateway_url}/mcp/`, 'claude-code', 'curl')
  const lines = [
    '',
    'Gatehouse is ready.',
    '',
    `  Gateway   ${facts.gateway_url}/mcp/   (every server; one server: ${facts.gateway_url}/mcp/<slug>)`,
    `  Registry  ${facts.registry_url}   (docs: ${facts.registry_url}/docs)`,
    `  Console   ${facts.console_url}`,
    '',
    '  Open this one-time link to enter the console:',
    '',
    `    ${facts.console_link}`,
    '',
    '  Clients read the key from their environment:',
    '',
    `    export GATEHOUSE_API_KEY=${facts.api_key}`,
    '',
    `  Connect one, for instance Claude Code (others: ${facts.console_url}/w/default/connect-client):`,
    '',
    claude,
    '',
    '  Or list the tools of the sample server right now:',
    '',
    curl,
    '',
    `  The sample server runs at ${sampleUrl}; servers on loopback addresses are allowed under npm start.`,
    `  The key is new on every start; it and the URLs are in ${devFile}. Ctrl-C stops everything.`,
    '',
  ]
  return lines.join('\n')
}

/** The texts that the console shows too, by a Node that reads their types. */
function snippets(url, ...clients) {
  const program = join(root, 'packages/client-snippets/src/main.ts')
  const texts = JSON.parse(execFileSync(node, [program, url, ...clients], { encoding: 'utf8' }))
  return texts.map((text) => text.replace(/^/gm, '    '))
}
