// Claude Desktop takes no headers for servers elsewhere, so mcp-remote stands between, as a program that it starts.

import { bearer, type Client, json, keyVariable } from '../snippet.ts'

export const claudeDesktop: Client = {
  id: 'claude-desktop',
  name: 'Claude Desktop',
  readsEnvironment: 'never',
  forms: ({ name, url, key }) => {
    // mcp-remote refuses plain http unless it is told so; the header has no space, which npx on Windows would split at.
    const plain = url.startsWith('http:') ? ['--allow-http'] : []
    // biome-ignore lint/suspicious/noTemplateCurlyInString: mcp-remote fills it in
    const args = ['-y', 'mcp-remote', url, ...plain, '--header', 'Authorization:${AUTHORIZATION}']
    const env = { AUTHORIZATION: bearer(key, '<your API key>') }
    return [
      {
        where: 'In claude_desktop_config.json (Settings, Developer, Edit Config)',
        text: json({ mcpServers: { [name]: { command: 'npx', args, env } } }),
      },
    ]
  },
  check: 'Restart Claude Desktop: the tools are listed under the plus sign of a chat.',
  note: `It refuses headers for a remote server in its file, and its own connectors sign in by OAuth only. mcp-remote, which npx fetches, is a local program that adds the key. Claude Desktop doesn't read ${keyVariable}: the key is in this file.`,
  source: {
    page: 'https://github.com/geelen/mcp-remote#readme',
    seen: 'read in November 2026; the line that it starts is tried by our tests',
  },
}
