// What a start prints when everything is ready.

/** The URLs, the one-time link and a client snippet. */
export function welcome(facts, { sampleUrl, devFile }) {
  const key = facts.api_key
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
    '  Connect a client, for instance Claude Code:',
    '',
    `    claude mcp add --transport http gatehouse ${facts.gateway_url}/mcp/ --header "Authorization: Bearer ${key}"`,
    '',
    '  Or call a tool of the sample server right now:',
    '',
    `    curl -s ${facts.gateway_url}/mcp/ -H "Authorization: Bearer ${key}" \\`,
    `      -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \\`,
    `      -d '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'`,
    '',
    `  The sample server runs at ${sampleUrl}; servers on loopback addresses are allowed under npm start.`,
    `  The key is new on every start; it and the URLs are in ${devFile}. Ctrl-C stops everything.`,
    '',
  ]
  return lines.join('\n')
}
