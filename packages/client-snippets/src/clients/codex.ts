// Codex rejects a key in its file: it names the variable in any case.

import { type Client, keyVariable } from '../snippet.ts'

export const codex: Client = {
  id: 'codex',
  name: 'Codex',
  readsEnvironment: 'always',
  forms: ({ name, url }) => [
    {
      where: 'In a terminal',
      text: `codex mcp add ${name} --url ${url} \\\n  --bearer-token-env-var ${keyVariable}`,
    },
    {
      where: 'In ~/.codex/config.toml',
      text: `[mcp_servers.${name}]\nurl = ${JSON.stringify(url)}\nbearer_token_env_var = "${keyVariable}"`,
    },
  ],
  check: 'codex mcp list',
  note: 'It takes the key from the environment only.',
  source: {
    page: 'https://developers.openai.com/codex/mcp',
    seen: 'read and tried with 0.169.0 in November 2026',
  },
}
