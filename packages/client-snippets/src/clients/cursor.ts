// Cursor: a link that it asks about, or its file.

import { bearer, type Client, type Endpoint, json, keyVariable } from '../snippet.ts'

const entry = ({ url, key }: Endpoint) => ({
  url,
  headers: { Authorization: bearer(key, `\${env:${keyVariable}}`) },
})

export const cursor: Client = {
  id: 'cursor',
  name: 'Cursor',
  readsEnvironment: 'unless-in-text',
  forms: (to) => [{ where: 'In ~/.cursor/mcp.json', text: json({ mcpServers: { [to.name]: entry(to) } }) }],
  link: ({ name, url }) => {
    const config = encodeURIComponent(btoa(JSON.stringify(entry({ name, url }))))
    return {
      label: 'Add to Cursor',
      href: `cursor://anysphere.cursor-deeplink/mcp/install?name=${encodeURIComponent(name)}&config=${config}`,
    }
  },
  check: 'Cursor Settings, MCP: the entry is green and counts its tools.',
  note: 'It reads the variable from the environment in which Cursor itself was started.',
  source: { page: 'https://cursor.com/docs/mcp/install-links', seen: 'read in November 2026' },
}
