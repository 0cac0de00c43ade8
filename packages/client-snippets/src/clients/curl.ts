// Not a client, but everybody has it: one request of the revision that needs no session.

import { type Client, inShell } from '../snippet.ts'

const body = (method: string) => `'${JSON.stringify({ jsonrpc: '2.0', id: 1, method })}'`

export const curl: Client = {
  id: 'curl',
  name: 'curl',
  readsEnvironment: 'unless-in-text',
  forms: (to) => [
    {
      where: 'In a terminal',
      text: `curl -sS ${to.url} \\
  -H ${inShell(to)} \\
  -H 'Content-Type: application/json' \\
  -H 'Accept: application/json, text/event-stream' \\
  -d ${body('tools/list')}`,
    },
  ],
  check: 'It prints the tools that the key may use.',
  source: {
    page: 'https://modelcontextprotocol.io/specification/',
    seen: 'tried by our tests',
  },
}
