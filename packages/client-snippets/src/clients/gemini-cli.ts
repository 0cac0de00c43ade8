// Gemini CLI: a command, or its file, where `url` alone would mean the old transport.

import { bearer, type Client, forClient, json, keyVariable } from '../snippet.ts'

export const geminiCli: Client = {
  id: 'gemini-cli',
  name: 'Gemini CLI',
  readsEnvironment: 'unless-in-text',
  forms: (to) => [
    {
      where: 'In a terminal',
      text: `gemini mcp add --scope user --transport http \\\n  --header ${forClient(to)} \\\n  ${to.name} ${to.url}`,
    },
    {
      where: 'In ~/.gemini/settings.json',
      text: json({
        mcpServers: {
          [to.name]: {
            httpUrl: to.url,
            headers: { Authorization: bearer(to.key, `\${${keyVariable}}`) },
          },
        },
      }),
    },
  ],
  check: 'gemini mcp list',
  note: 'It starts no server in a folder that it was not told to trust.',
  source: {
    page: 'https://geminicli.com/docs/tools/mcp-server/',
    seen: 'tried with 0.61.0 in November 2026',
  },
}
