// Claude Code: a command, or the file that a project shares.

import { bearer, type Client, forClient, json, keyVariable } from '../snippet.ts'

export const claudeCode: Client = {
  id: 'claude-code',
  name: 'Claude Code',
  readsEnvironment: 'unless-in-text',
  forms: (to) => {
    const headers = { Authorization: bearer(to.key, `\${${keyVariable}}`) }
    return [
      {
        where: 'In a terminal',
        text: `claude mcp add --transport http ${to.name} ${to.url} \\\n  --header ${forClient(to)}`,
      },
      {
        where: 'In .mcp.json, for everybody who works on a project',
        text: json({ mcpServers: { [to.name]: { type: 'http', url: to.url, headers } } }),
      },
    ]
  },
  check: 'claude mcp list',
  source: {
    page: 'https://code.claude.com/docs/en/mcp',
    seen: 'read and tried with 2.1.197 in November 2026',
  },
}
