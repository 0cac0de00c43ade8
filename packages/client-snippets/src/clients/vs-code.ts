// VS Code asks for the key once and keeps it among its secrets.

import { bearer, type Client, type Endpoint, json } from '../snippet.ts'

const inputId = 'gatehouse-key'
const inputs = [{ type: 'promptString', id: inputId, description: 'Gatehouse API key', password: true }]
const entry = ({ url, key }: Endpoint) => ({
  type: 'http',
  url,
  headers: { Authorization: bearer(key, `\${input:${inputId}}`) },
})

export const vsCode: Client = {
  id: 'vs-code',
  name: 'VS Code',
  readsEnvironment: 'never',
  forms: (to) => [
    {
      where: 'In .vscode/mcp.json',
      text: json({ ...(to.key === undefined && { inputs }), servers: { [to.name]: entry(to) } }),
    },
  ],
  link: ({ name, url }) => ({
    label: 'Add to VS Code',
    href: `vscode:mcp/install?${encodeURIComponent(JSON.stringify({ name, ...entry({ name, url }), inputs }))}`,
  }),
  check: 'MCP: List Servers in the command palette shows it as running.',
  note: 'It asks for the key when it first starts the server, and keeps it encrypted.',
  source: {
    page: 'https://code.visualstudio.com/docs/copilot/reference/mcp-configuration',
    seen: 'read in November 2026, the link in its source',
  },
}
